// Counts what a test allocates. Linking it replaces the global operator new.
#pragma once

namespace trawl {

/// Calls of operator new so far, by any thread.
long allocation_count();

}  // namespace trawl
