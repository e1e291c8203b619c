/* Preloaded library that makes one system call fail: the FAIL_AT-th call of FAIL_CALL (pwrite, fdatasync, fsync,
   rename, ftruncate) returns -1 with errno FAIL_ERRNO; with FAIL_ERRNO=0 a pwrite writes only its first half. Creates
   the file FAIL_MARKER when it does so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

/* Whether this call of `name` is the one to fail. */
static int chosen(const char* name) {
  const char* wanted = getenv("FAIL_CALL");
  const char* at = getenv("FAIL_AT");
  const char* marker = getenv("FAIL_MARKER");
  if (!wanted || !at || strcmp(wanted, name) != 0) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 != atol(at)) return 0;
  if (marker) close(open(marker, O_CREAT | O_WRONLY, 0644));
  errno = getenv("FAIL_ERRNO") ? atoi(getenv("FAIL_ERRNO")) : EIO;
  return 1;
}

static ssize_t failing_pwrite(const char* real_name, int fd, const void* data, size_t bytes, off64_t offset) {
  ssize_t (*real)(int, const void*, size_t, off64_t) =
      (ssize_t(*)(int, const void*, size_t, off64_t))dlsym(RTLD_NEXT, real_name);
  if (chosen("pwrite")) {
    if (errno != 0) return -1;
    if (bytes > 1) bytes /= 2;
  }
  return real(fd, data, bytes, offset);
}

ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  return failing_pwrite("pwrite", fd, data, bytes, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t offset) {
  return failing_pwrite("pwrite64", fd, data, bytes, offset);
}

static int failing_sync(const char* name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return chosen(name) ? -1 : real(fd);
}

int fsync(int fd) { return failing_sync("fsync", fd); }
int fdatasync(int fd) { return failing_sync("fdatasync", fd); }

int rename(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  return chosen("rename") ? -1 : real(from, to);
}

static int failing_truncate(const char* real_name, int fd, off64_t size) {
  int (*real)(int, off64_t) = (int (*)(int, off64_t))dlsym(RTLD_NEXT, real_name);
  return chosen("ftruncate") ? -1 : real(fd, size);
}

int ftruncate(int fd, off_t size) { return failing_truncate("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) { return failing_truncate("ftruncate64", fd, size); }
