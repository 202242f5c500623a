/* What every C peer needs: options, clock, pinning, sockets, percentiles. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { USAGE_STATUS = 2, FAILURE_STATUS = 1 };

/* Prints "NAME: message" on standard error and ends the program with status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As fail, followed by the text of errno. */
_Noreturn void fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Parses a whole decimal number within [low, high]; ends the program with status 2 when it is none. */
uint64_t parse_number(const char *option, const char *text, uint64_t low, uint64_t high);

/* Nanoseconds of the monotonic clock. */
uint64_t now_ns(void);

/* User and system time of this process, in nanoseconds. */
uint64_t cpu_time_ns(void);

/* Pins the calling thread to one CPU. */
void pin_to_cpu(int cpu);

/* Listens on 127.0.0.1 and returns the descriptor; *port holds the port asked for (0: any) and then the one given. */
int listen_on_loopback(uint16_t *port);

/* Accepts one connection with TCP_NODELAY set. */
int accept_connection(int listener);

/* Connects to 127.0.0.1 with TCP_NODELAY set. */
int connect_to_loopback(uint16_t port);

void set_non_blocking(int fd);

/* Makes reads and writes that wait longer than this fail with EAGAIN. */
void set_timeout(int fd, int seconds);

/* An epoll descriptor that watches fd, level triggered, for input. */
int watch_for_input(int fd);

/* Waits until the watched descriptor can be read; with spin it polls instead of sleeping. */
void await_input(int epoll, bool spin);

/* Writes all bytes, also to a non-blocking descriptor; false with errno set when the connection is gone. */
bool write_all(int fd, const void *data, size_t length);

/* Sorts the samples and prints "name: p50_ns=… p99_ns=… p999_ns=… max_ns=…". */
void print_percentiles(const char *name, uint64_t *samples, size_t count);

#endif
