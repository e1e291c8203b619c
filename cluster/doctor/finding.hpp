// What trawl doctor has to say about one thing.
#pragma once

#include <string>

namespace trawl::cluster {

enum class Verdict { fine, poor, broken };

struct Finding {
  std::string what;   ///< a few words: "file locking"
  std::string found;  ///< one line
  Verdict verdict = Verdict::fine;
  std::string advice = {};  ///< what to do, unless fine
};

}  // namespace trawl::cluster
