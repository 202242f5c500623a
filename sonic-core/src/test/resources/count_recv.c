/* Put in front of the C library: counts the calls of recv, and prints their number at the end of the process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>

static long calls;

ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    static ssize_t (*next)(int, void *, size_t, int);
    if (!next) {
        next = (ssize_t (*)(int, void *, size_t, int)) dlsym(RTLD_NEXT, "recv");
    }
    calls++;
    return next(fd, buffer, length, flags);
}

__attribute__((destructor)) static void report(void)
{
    printf("recv was called %ld times\n", calls);
}
