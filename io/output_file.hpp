// Every file that a verb writes comes into being here: nothing is written over that is not of the kind the verb makes.
#pragma once

#include <string>
#include <vector>

#include "io/file_kind.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// What a verb may write over.
struct OutputRule {
  std::vector<FileKind> replaces;        ///< besides what is absent or empty
  std::vector<std::string> inputs = {};  ///< paths that the verb reads
};

/// Throws UsageError if the name is empty or too long, a directory's or a device's; IoError if the directory that it is
/// in is missing.
void check_place(const std::string& path);

/// check_place(), and throws UsageError if what is there is an input of the verb or of a kind that it does not replace.
/// Touches nothing.
void check_output(const std::string& path, const OutputRule& rule);

/// The name that a file at `path` has or would get: symbolic links are followed, also to what is not there.
std::string final_path(const std::string& path);

/// Whether both paths lead to one file, links of any kind followed.
bool is_same_file(const std::string& a, const std::string& b);

/// A file that gets its name when it is whole: until then `path` is what it was. Where the file system can, the file
/// has no name at all meanwhile, so that a kill leaves nothing.
class NewFile {
 public:
  /// check_output(), and an empty file to write to, beside where `path` leads. Throws as check_output() does, and
  /// IoError. Keeps the permissions of a file that it will replace.
  NewFile(const std::string& path, OutputRule rule, unsigned mode = 0644);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const RawFile& file() const { return file_; }

  /// For those who must open the file by a name: PATH.tmp.N, which it gets now if it has none.
  const std::string& temporary_path();

  /// Makes the contents durable and gives the file its name, after another check_output().
  void commit();

 private:
  void open_unnamed(unsigned mode);
  void open_named(unsigned mode);
  void give_name();

  std::string path_;
  OutputRule rule_;
  std::string target_;
  std::string temporary_;
  bool is_named_ = false;
  RawFile file_;
};

/// A descriptor to write to if `path` names a stream: a terminal, a pipe, /dev/null, or an open file as /dev/stdout and
/// /dev/fd/3 do; else not open. Throws IoError.
RawFile open_stream(const std::string& path);

}  // namespace trawl::io
