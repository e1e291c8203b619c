// Preloaded library that makes the machine run out of something after main has begun: the FAIL_AT-th call of FAIL_CALL
// (pthread_create, or new for every operator new) fails, and with FAIL_FROM=1 every later one too. Creates the file
// FAIL_MARKER when it does so.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<long> calls{0};
long fail_at = -1;
bool fail_later = false;
bool fail_new = false;
bool fail_threads = false;
const char* marker = nullptr;

bool chosen() {
  const long call = ++calls;
  if (call != fail_at && !(fail_later && call > fail_at)) return false;
  if (call == fail_at && marker != nullptr) close(open(marker, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  return true;
}

void* allocate(std::size_t size, std::size_t alignment) {
  void* memory = nullptr;
  const bool fails = fail_new && chosen();
  if (!fails && alignment <= alignof(std::max_align_t)) memory = std::malloc(size == 0 ? 1 : size);
  else if (!fails && posix_memalign(&memory, alignment, size) != 0) memory = nullptr;
  if (memory != nullptr) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  throw std::bad_alloc();
}

using Main = int (*)(int, char**, char**);
Main real_main = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  const char* call = std::getenv("FAIL_CALL");
  const char* at = std::getenv("FAIL_AT");
  marker = std::getenv("FAIL_MARKER");
  fail_later = std::getenv("FAIL_FROM") != nullptr;
  fail_at = at != nullptr ? std::atol(at) : -1;
  fail_new = call != nullptr && std::strcmp(call, "new") == 0;
  fail_threads = call != nullptr && std::strcmp(call, "pthread_create") == 0;
  return real_main(argc, argv, environment);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size, 1);
}
void* operator new[](std::size_t size) {
  return allocate(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = next<Create>("pthread_create");
  return fail_threads && chosen() ? EAGAIN : real(thread, attributes, body, argument);
}

int __libc_start_main(Main program, int argc, char** argv, void (*init)(), void (*fini)(), void (*linker_fini)(),
                      void* stack_end) {
  using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  real_main = program;
  return next<Start>("__libc_start_main")(counted_main, argc, argv, init, fini, linker_fini, stack_end);
}
}
