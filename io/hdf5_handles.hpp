// HDF5 ids that close themselves, and one way to check every call.
#pragma once

#include <string>
#include <utility>

#include <hdf5.h>

namespace trawl::io {

/// Owns an HDF5 id. Move only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// Throws IoError with `what` and HDF5's own words if `id` is not valid.
  Handle(hid_t id, Close close, const std::string& what);
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;

  operator hid_t() const { return id_; }

  /// Closes now and checks that it worked.
  void finish(const std::string& what);

 private:
  void reset();

  hid_t id_;
  Close close_;
};

/// Throws IoError with `what` and HDF5's own words if `result` is negative; else returns it.
template <class Result>
Result checked(Result result, const std::string& what);

/// Makes HDF5 silent. Call before anything else of HDF5's.
void prepare_hdf5();

extern template herr_t checked<herr_t>(herr_t, const std::string&);
extern template hssize_t checked<hssize_t>(hssize_t, const std::string&);

}  // namespace trawl::io
