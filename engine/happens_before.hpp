// Tells ThreadSanitizer what it cannot see, because TBB's library is not instrumented: a task starts after it was
// given.
#pragma once

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace trawl {

/// What this thread has done so far comes before what follows happens_after() of the same tag on another thread.
inline void happens_before([[maybe_unused]] void* tag) {
#ifdef __SANITIZE_THREAD__
  __tsan_release(tag);
#endif
}

inline void happens_after([[maybe_unused]] void* tag) {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(tag);
#endif
}

}  // namespace trawl
