/* Preloaded library that makes the machine run out of something after main has begun: the FAIL_AT-th call of FAIL_CALL
   (pthread_create or malloc, which stands for every allocation) fails, and with FAIL_FROM=1 every later one too.
   Creates the file FAIL_MARKER when it does so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

static atomic_long calls;
static long fail_at;
static int fail_all_later;
static int fail_malloc;
static int fail_threads;
static const char* marker;

static int chosen(void) {
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (call != fail_at && !(fail_all_later && call > fail_at)) return 0;
  if (call == fail_at && marker) close(open(marker, O_CREAT | O_WRONLY, 0644));
  return 1;
}

static int allocation_fails(void) {
  if (!fail_malloc || !chosen()) return 0;
  errno = ENOMEM;
  return 1;
}

void* malloc(size_t size) {
  return allocation_fails() ? NULL : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  return allocation_fails() ? NULL : __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  return allocation_fails() ? NULL : __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return allocation_fails() ? NULL : __libc_memalign(alignment, size);
}
int posix_memalign(void** out, size_t alignment, size_t size) {
  if (allocation_fails()) return ENOMEM;
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : ENOMEM;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  static int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (!real)
    real = (int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))dlsym(RTLD_NEXT, "pthread_create");
  if (fail_threads && chosen()) return EAGAIN;
  return real(thread, attributes, body, argument);
}

static int (*real_main)(int, char**, char**);

static int counted_main(int argc, char** argv, char** environment) {
  const char* call = getenv("FAIL_CALL");
  const char* at = getenv("FAIL_AT");
  marker = getenv("FAIL_MARKER");
  fail_all_later = getenv("FAIL_FROM") != NULL;
  fail_at = at ? atol(at) : -1;
  fail_malloc = call && strcmp(call, "malloc") == 0;
  fail_threads = call && strcmp(call, "pthread_create") == 0;
  return real_main(argc, argv, environment);
}

int __libc_start_main(int (*program)(int, char**, char**), int argc, char** argv, void (*init)(void),
                      void (*fini)(void), void (*linker_fini)(void), void* stack_end) {
  int (*real)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void), void (*)(void), void*);
  real = (__typeof__(real))dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = program;
  return real(counted_main, argc, argv, init, fini, linker_fini, stack_end);
}
