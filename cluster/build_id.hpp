// Which build of the program this is.
#pragma once

#include <string>

namespace trawl::cluster {

/// The GNU build ids, in hexadecimal, of the running executable and of Trawl's own libraries where they are shared
/// ones, joined by "+". Empty if the executable has none: then nothing is known.
std::string program_fingerprint();

}  // namespace trawl::cluster
