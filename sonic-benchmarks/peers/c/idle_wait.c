/*
 * What an epoll_wait that finds nothing costs: the floor of ReactorBenchmark.pollIdle.
 *
 * Twice: in a process of one thread, and with a second thread that sleeps. With more than one thread the kernel counts
 * references to the descriptor, as it does in every JVM.
 */
#define _GNU_SOURCE
#include "peer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MAX_EVENTS = 256, ROUNDS = 20, WAITS = 500000 };

static uint64_t best_round_ns(int epoll) {
    static struct epoll_event events[MAX_EVENTS];
    uint64_t best = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns();
        for (int i = 0; i < WAITS; i++) {
            if (epoll_wait(epoll, events, MAX_EVENTS, 0) != 0) {
                fail("epoll_wait did not find nothing");
            }
        }
        uint64_t elapsed = now_ns() - start;
        best = elapsed < best ? elapsed : best;
    }
    return best;
}

static void *sleep_for_ever(void *unused) {
    for (;;) {
        pause();
    }
    return unused;
}

int main(void) {
    int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int epoll = watch_for_input(event);
    double alone = (double) best_round_ns(epoll) / WAITS;
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0) {
        fail("no second thread");
    }
    double beside = (double) best_round_ns(epoll) / WAITS;
    printf("c-idle: one_thread_ns=%.1f two_threads_ns=%.1f\n", alone, beside);
    return 0;
}
