#define _GNU_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void print_failure(const char *format, va_list arguments, const char *reason) {
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, reason == NULL ? "\n" : ": %s\n", reason);
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_failure(format, arguments, NULL);
    va_end(arguments);
    exit(FAILURE_STATUS);
}

void fail_errno(const char *format, ...) {
    const char *reason = strerror(errno);
    va_list arguments;
    va_start(arguments, format);
    print_failure(format, arguments, reason);
    va_end(arguments);
    exit(FAILURE_STATUS);
}

uint64_t parse_number(const char *option, const char *text, uint64_t low, uint64_t high) {
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < low || value > high) {
        fprintf(stderr, "%s: %s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'\n",
                program_invocation_short_name, option, low, high, text);
        exit(USAGE_STATUS);
    }
    return value;
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

uint64_t cpu_time_ns(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        fail_errno("getrusage");
    }
    uint64_t seconds = (uint64_t) usage.ru_utime.tv_sec + (uint64_t) usage.ru_stime.tv_sec;
    uint64_t micros = (uint64_t) usage.ru_utime.tv_usec + (uint64_t) usage.ru_stime.tv_usec;
    return seconds * 1000000000u + micros * 1000u;
}

void pin_to_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        fail_errno("cannot pin to CPU %d", cpu);
    }
}

static void set_option(int fd, int level, int option, int value, const char *name) {
    if (setsockopt(fd, level, option, &value, sizeof value) != 0) {
        fail_errno("setsockopt %s", name);
    }
}

static struct sockaddr_in loopback(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_stream_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        fail_errno("socket");
    }
    return fd;
}

int listen_on_loopback(uint16_t *port) {
    int fd = open_stream_socket();
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    struct sockaddr_in address = loopback(*port);
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *) &address, length) != 0 || listen(fd, 16) != 0
            || getsockname(fd, (struct sockaddr *) &address, &length) != 0) {
        fail_errno("cannot listen on 127.0.0.1:%u", *port);
    }
    *port = ntohs(address.sin_port);
    return fd;
}

int accept_connection(int listener) {
    int fd;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) {
        fail_errno("accept");
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    return fd;
}

int connect_to_loopback(uint16_t port) {
    int fd = open_stream_socket();
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) != 0) {
        fail_errno("cannot connect to 127.0.0.1:%u", port);
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    return fd;
}

void set_non_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        fail_errno("fcntl O_NONBLOCK");
    }
}

void set_timeout(int fd, int seconds) {
    struct timeval time = {.tv_sec = seconds};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0
            || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0) {
        fail_errno("setsockopt SO_RCVTIMEO, SO_SNDTIMEO");
    }
}

int watch_for_input(int fd) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        fail_errno("epoll");
    }
    return epoll;
}

void await_input(int epoll, bool spin) {
    struct epoll_event events[16];
    int ready;
    do {
        ready = epoll_wait(epoll, events, 16, spin ? 0 : -1);
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    if (ready < 0) {
        fail_errno("epoll_wait");
    }
}

bool write_all(int fd, const void *data, size_t length) {
    const char *next = data;
    while (length > 0) {
        ssize_t written = send(fd, next, length, MSG_NOSIGNAL);
        if (written >= 0) {
            next += written;
            length -= (size_t) written;
        } else if (errno != EAGAIN && errno != EINTR) {
            return false;
        }
    }
    return true;
}

static int compare_samples(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *) left;
    uint64_t b = *(const uint64_t *) right;
    return (a > b) - (a < b);
}

/* The smallest sample that at least permille of all samples do not exceed. */
static uint64_t percentile(const uint64_t *sorted, size_t count, size_t permille) {
    size_t rank = (count * permille + 999) / 1000;
    return sorted[rank == 0 ? 0 : rank - 1];
}

void print_percentiles(const char *name, uint64_t *samples, size_t count) {
    qsort(samples, count, sizeof *samples, compare_samples);
    printf("%s: p50_ns=%" PRIu64 " p99_ns=%" PRIu64 " p999_ns=%" PRIu64 " max_ns=%" PRIu64 "\n", name,
           percentile(samples, count, 500), percentile(samples, count, 990), percentile(samples, count, 999),
           samples[count - 1]);
}
