/*
 * TCP ping-pong: what a websocket round trip costs without the websocket.
 *
 * server   sends back what it reads, in a busy loop, one connection at a time
 * client   sends S bytes, waits for them, N times
 */
#define _GNU_SOURCE
#include "frame.h"
#include "peer.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE_LIMIT = 64 << 10, SERVER_BUFFER = 64 << 10 };

struct settings {
    uint16_t port;
    uint64_t count;
    uint64_t warmup; /* UINT64_MAX: a third of count */
    size_t size;
    bool use_epoll;
};

static void echo(int fd) {
    static uint8_t buffer[SERVER_BUFFER];
    for (;;) {
        ssize_t received = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (received > 0) {
            if (!write_all(fd, buffer, (size_t) received)) {
                return;
            }
        } else if (received == 0 || (errno != EAGAIN && errno != EINTR)) {
            return;
        }
    }
}

static _Noreturn void serve(const struct settings *settings) {
    uint16_t port = settings->port;
    int listener = listen_on_loopback(&port);
    printf("listening on %u\n", port);
    fflush(stdout);
    for (;;) {
        int fd = accept_connection(listener);
        echo(fd);
        close(fd);
    }
}

static void read_exactly(int fd, int epoll, uint8_t *data, size_t length, bool use_epoll) {
    size_t done = 0;
    while (done < length) {
        if (use_epoll) {
            await_input(epoll, true);
        }
        ssize_t received = read(fd, data + done, length - done);
        if (received > 0) {
            done += (size_t) received;
        } else if (received == 0) {
            fail("the server ended the connection");
        } else if (errno != EAGAIN && errno != EINTR) {
            fail_errno("read");
        }
    }
}

static void measure(const struct settings *settings) {
    static uint8_t message[SIZE_LIMIT], echoed[SIZE_LIMIT];
    fill_with_ascii(message, settings->size);
    uint64_t *samples = calloc(settings->count, sizeof *samples);
    if (samples == NULL) {
        fail("no memory for %" PRIu64 " samples", settings->count);
    }
    int fd = connect_to_loopback(settings->port);
    set_non_blocking(fd);
    int epoll = watch_for_input(fd);
    uint64_t turns = settings->warmup + settings->count;
    for (uint64_t turn = 0; turn < turns; turn++) {
        uint64_t start = now_ns();
        if (!write_all(fd, message, settings->size)) {
            fail_errno("write");
        }
        read_exactly(fd, epoll, echoed, settings->size, settings->use_epoll);
        uint64_t elapsed = now_ns() - start;
        if (memcmp(echoed, message, settings->size) != 0) {
            fail("the echo differs from the message");
        }
        if (turn >= settings->warmup) {
            samples[turn - settings->warmup] = elapsed;
        }
    }
    print_percentiles("c-tcp", samples, settings->count);
    free(samples);
    close(epoll);
    close(fd);
}

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: tcp_echo server [--port P] [--cpu K]\n"
          "       tcp_echo client --port P [OPTIONS]\n"
          "  --port P      on 127.0.0.1; a server without it takes any free port and prints it\n"
          "  --count N     round trips; default 100000\n"
          "  --size S      bytes of a message; default 64\n"
          "  --warmup W    round trips before the measured ones; default a third of the count\n"
          "  --cpu K       pin to CPU K\n"
          "  --no-epoll    read in a busy loop without epoll_wait\n", out);
    exit(status);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"count", required_argument, NULL, 'n'},
        {"size", required_argument, NULL, 's'},
        {"warmup", required_argument, NULL, 'w'},
        {"cpu", required_argument, NULL, 'c'},
        {"no-epoll", no_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},
        {0}
    };
    struct settings settings = {.count = 100000, .warmup = UINT64_MAX, .size = 64, .use_epoll = true};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
            case 'p': settings.port = (uint16_t) parse_number("--port", optarg, 0, UINT16_MAX); break;
            case 'n': settings.count = parse_number("--count", optarg, 1, UINT64_C(1) << 32); break;
            case 's': settings.size = (size_t) parse_number("--size", optarg, 1, SIZE_LIMIT); break;
            case 'w': settings.warmup = parse_number("--warmup", optarg, 0, UINT64_C(1) << 32); break;
            case 'c': pin_to_cpu((int) parse_number("--cpu", optarg, 0, 1023)); break;
            case 'e': settings.use_epoll = false; break;
            case 'h': usage(stdout, 0);
            default: usage(stderr, USAGE_STATUS);
        }
    }
    if (optind != argc - 1) {
        usage(stderr, USAGE_STATUS);
    }
    if (settings.warmup == UINT64_MAX) {
        settings.warmup = settings.count / 3;
    }
    const char *mode = argv[optind];
    if (strcmp(mode, "server") == 0) {
        serve(&settings);
    }
    if (strcmp(mode, "client") != 0 || settings.port == 0) {
        usage(stderr, USAGE_STATUS);
    }
    measure(&settings);
    return 0;
}
