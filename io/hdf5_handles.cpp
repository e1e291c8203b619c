#include "io/hdf5_handles.hpp"

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

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
  return reason.empty() ? "no reason given" : reason;
}

[[noreturn]] void fail(const std::string& what) {
  throw IoError(fmt::format("{}: HDF5 refused ({}). Is the disk full or the file damaged?", what, hdf5_reason()));
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
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

}  // namespace trawl::io
