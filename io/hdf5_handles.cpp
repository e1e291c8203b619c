#include "io/hdf5_handles.hpp"

#include <string_view>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

/// The part of a description that the system's error is told in ("... error message = 'No space left' ..."), or all.
std::string system_message(const std::string& description) {
  static constexpr std::string_view before = "error message = '";
  const auto begin = description.find(before);
  if (begin == std::string::npos) return description;
  const auto end = description.find('\'', begin + before.size());
  return description.substr(begin + before.size(), end - begin - before.size());
}

/// The innermost entry of HDF5's error stack, which says what the system refused.
std::string hdf5_reason() {
  std::string reason;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* entry, void* text) -> herr_t {
        auto& first = *static_cast<std::string*>(text);
        if (first.empty() && entry->desc) first = entry->desc;
        return 0;
      },
      &reason);
  return reason.empty() ? "no reason given" : one_line(system_message(reason));
}

[[noreturn]] void fail(const std::string& what) {
  throw IoError(fmt::format("{}: HDF5 refused: {}. Is the disk full or the file damaged?", what, hdf5_reason()));
}

}  // namespace

Handle::Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
  if (id < 0) fail(what);
}

void Handle::finish(const std::string& what) {
  if (id_ >= 0) checked(close_(std::exchange(id_, -1)), what);
}

void Handle::reset() {
  if (id_ >= 0) close_(std::exchange(id_, -1));
}

template <class Result>
Result checked(Result result, const std::string& what) {
  if (result < 0) fail(what);
  return result;
}

template herr_t checked<herr_t>(herr_t, const std::string&);
template hssize_t checked<hssize_t>(hssize_t, const std::string&);

void prepare_hdf5() {
  // After a write that failed, HDF5's clean-up at exit can crash. It has nothing to do: no file is open by then.
  [[maybe_unused]] static const herr_t no_clean_up = H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

}  // namespace trawl::io
