/*
 * Echoes of 64 bytes over many TCP connections, all of them active.
 *
 * both     one program holds both ends: what an echo costs, the floor of ManyConnectionsBenchmark
 * client   only these ends, connected to an echo server at --port
 */
#define _GNU_SOURCE
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LENGTH = 64, MAX_EVENTS = 256, CONNECTIONS_LIMIT = 500000 };

struct end {
    int fd;
    bool counts;
    char message[LENGTH];
};

static void watch(int epoll, int fd, struct end *end) {
    set_non_blocking(fd);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = end};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        fail_errno("epoll_ctl");
    }
}

static struct end *new_end(int epoll, int fd, bool counts) {
    struct end *end = calloc(1, sizeof *end);
    if (end == NULL) {
        fail("no memory");
    }
    end->fd = fd;
    end->counts = counts;
    watch(epoll, fd, end);
    return end;
}

static uint64_t turn(int epoll) {
    static struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(epoll, events, MAX_EVENTS, 0);
    uint64_t echoes = 0;
    for (int i = 0; i < count; i++) {
        struct end *end = events[i].data.ptr;
        ssize_t received = recv(end->fd, end->message, LENGTH, 0);
        if (received == LENGTH) {
            echoes += end->counts;
            if (!write_all(end->fd, end->message, LENGTH)) {
                fail_errno("write");
            }
        } else if (received >= 0 || errno != EAGAIN) {
            fail("a connection ended");
        }
    }
    return echoes;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"connections", required_argument, NULL, 'c'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"port", required_argument, NULL, 'p'},
                                            {0}};
    uint64_t connections = 1000, count = 1000000;
    uint16_t port = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
            case 'c': connections = parse_number("--connections", optarg, 1, CONNECTIONS_LIMIT); break;
            case 'n': count = parse_number("--count", optarg, 1, UINT64_C(1) << 40); break;
            case 'p': port = (uint16_t) parse_number("--port", optarg, 1, UINT16_MAX); break;
            default:
                fputs("usage: many_echo both|client [--connections C] [--count ECHOES] [--port P]\n", stderr);
                return USAGE_STATUS;
        }
    }
    bool both = optind == argc - 1 && strcmp(argv[optind], "both") == 0;
    if (!both && (optind != argc - 1 || strcmp(argv[optind], "client") != 0 || port == 0)) {
        fputs("many_echo takes both, or client with --port\n", stderr);
        return USAGE_STATUS;
    }
    int listener = both ? listen_on_loopback(&port) : -1;
    int epoll = epoll_create1(0);
    struct end **clients = calloc(connections, sizeof *clients);
    if (epoll < 0 || clients == NULL) {
        fail("no epoll, or no memory");
    }
    for (uint64_t i = 0; i < connections; i++) {
        clients[i] = new_end(epoll, connect_to_loopback(port), true);
        if (both) {
            new_end(epoll, accept_connection(listener), false);
        }
    }
    for (uint64_t i = 0; i < connections; i++) {
        if (!write_all(clients[i]->fd, clients[i]->message, LENGTH)) {
            fail_errno("write");
        }
    }
    uint64_t warm = 0, done = 0;
    while (warm < count / 3) {
        warm += turn(epoll);
    }
    uint64_t start = now_ns();
    while (done < count) {
        done += turn(epoll);
    }
    printf("c-many: connections=%" PRIu64 " echoes=%" PRIu64 " ns_per_echo=%" PRIu64 "\n", connections, done,
           (now_ns() - start) / done);
    return 0;
}
