/*
 * The plain C multicast receiver: epoll_wait, then recvmmsg. The first 8 bytes of a datagram are its sequence number,
 * big endian. Ends after N datagrams, or after one second of silence once the first has come.
 */
#define _GNU_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BATCH = 64, DATAGRAM_LIMIT = 2048, SILENCE_MS = 1000, RECEIVE_BUFFER = 8 << 20, MEMORY_COUNTERS = 9 };

struct settings {
    const char *group;
    const char *interface;
    uint16_t port;
    uint64_t count; /* UINT64_MAX: until silence */
    int receive_buffer; /* as granted, twice what is asked for; 0: the system's default */
    int batch;
    bool block;
};

struct totals {
    uint64_t packets;
    uint64_t bytes;
    uint64_t first; /* sequence numbers */
    uint64_t last;
};

static int join(const struct settings *settings) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(settings->port)};
    if (inet_pton(AF_INET, settings->group, &address.sin_addr) != 1 || !IN_MULTICAST(ntohl(address.sin_addr.s_addr))) {
        fail("'%s' is no IPv4 multicast group", settings->group);
    }
    struct ip_mreqn membership = {.imr_multiaddr = address.sin_addr};
    membership.imr_ifindex = (int) if_nametoindex(settings->interface);
    if (membership.imr_ifindex == 0) {
        fail("there is no interface '%s'", settings->interface);
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, off = 0, buffer = settings->receive_buffer / 2;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0
            || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off) != 0
            || (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0
                && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0)
            || bind(fd, (struct sockaddr *) &address, sizeof address) != 0
            || setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) {
        fail_errno("cannot join %s:%u on %s", settings->group, settings->port, settings->interface);
    }
    return fd;
}

/* Datagrams for which the receive buffer had no room. */
static uint32_t kernel_drops(int fd) {
    uint32_t counters[MEMORY_COUNTERS] = {0};
    socklen_t length = sizeof counters;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, counters, &length) != 0) {
        fail_errno("SO_MEMINFO");
    }
    return counters[MEMORY_COUNTERS - 1];
}

static void count_datagram(struct totals *totals, const uint8_t *data, size_t length) {
    if (length < sizeof(uint64_t)) {
        fail("a datagram of %zu bytes has no sequence number", length);
    }
    uint64_t bits;
    memcpy(&bits, data, sizeof bits);
    uint64_t sequence = __builtin_bswap64(bits);
    totals->first = totals->packets == 0 || sequence < totals->first ? sequence : totals->first;
    totals->last = totals->packets == 0 || sequence > totals->last ? sequence : totals->last;
    totals->packets++;
    totals->bytes += length;
}

/* Waits for datagrams; false after a second of silence. Before the first datagram the wait has no end. */
static bool await_datagrams(int epoll, bool started, bool block) {
    struct epoll_event event;
    uint64_t deadline = 0;
    for (uint32_t spins = 0;; spins++) {
        int ready = epoll_wait(epoll, &event, 1, !block ? 0 : started ? SILENCE_MS : -1);
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            fail_errno("epoll_wait");
        }
        if (block && ready == 0) {
            return false;
        }
        if (started && spins % 256 == 0) {
            uint64_t now = now_ns();
            deadline = deadline == 0 ? now + SILENCE_MS * UINT64_C(1000000) : deadline;
            if (now > deadline) {
                return false;
            }
        }
    }
}

static void receive(const struct settings *settings) {
    static uint8_t data[BATCH][DATAGRAM_LIMIT];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec) {.iov_base = data[i], .iov_len = DATAGRAM_LIMIT};
        messages[i].msg_hdr = (struct msghdr) {.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int fd = join(settings);
    int epoll = watch_for_input(fd);
    struct totals totals = {0};
    uint64_t cpu_start = 0;
    while (totals.packets < settings->count && await_datagrams(epoll, totals.packets > 0, settings->block)) {
        if (totals.packets == 0) {
            cpu_start = cpu_time_ns();
        }
        uint64_t left = settings->count - totals.packets;
        unsigned batch = (unsigned) settings->batch;
        int received = recvmmsg(fd, messages, left < batch ? (unsigned) left : batch, MSG_DONTWAIT, NULL);
        if (received < 0) {
            if (errno == EAGAIN || errno == EINTR) {
                continue;
            }
            fail_errno("recvmmsg");
        }
        for (int i = 0; i < received; i++) {
            count_datagram(&totals, data[i], messages[i].msg_len);
        }
    }
    uint64_t cpu_ns = cpu_time_ns() - cpu_start;
    uint64_t expected = totals.last - totals.first + 1;
    uint64_t lost = expected > totals.packets ? expected - totals.packets : 0;
    printf("c-multicast: packets=%" PRIu64 " bytes=%" PRIu64 " lost=%" PRIu64 " cpu_ns_per_packet=%" PRIu64
           " kernel_drops=%" PRIu32 "\n",
           totals.packets, totals.bytes, lost, cpu_ns / totals.packets, kernel_drops(fd));
}

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: mcast_receive --group G --port P --interface I [OPTIONS]\n"
          "  --count N   end after N datagrams; without it after one second of silence\n"
          "  --batch N   datagrams of one recvmmsg at most, 1 to 64; default 64\n"
          "  --receive-buffer BYTES  kernel memory, 0 for the system's default; default 8388608\n"
          "  --cpu K     pin to CPU K\n"
          "  --block     let epoll_wait sleep: CPU per packet means something only so\n", out);
    exit(status);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"group", required_argument, NULL, 'g'},
        {"port", required_argument, NULL, 'p'},
        {"interface", required_argument, NULL, 'i'},
        {"count", required_argument, NULL, 'n'},
        {"batch", required_argument, NULL, 'b'},
        {"receive-buffer", required_argument, NULL, 'r'},
        {"cpu", required_argument, NULL, 'c'},
        {"block", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {0}
    };
    struct settings settings = {.count = UINT64_MAX, .receive_buffer = RECEIVE_BUFFER, .batch = BATCH};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
            case 'g': settings.group = optarg; break;
            case 'p': settings.port = (uint16_t) parse_number("--port", optarg, 1, UINT16_MAX); break;
            case 'i': settings.interface = optarg; break;
            case 'n': settings.count = parse_number("--count", optarg, 1, UINT64_MAX); break;
            case 'b': settings.batch = (int) parse_number("--batch", optarg, 1, BATCH); break;
            case 'r':
                settings.receive_buffer = (int) parse_number("--receive-buffer", optarg, 0, INT32_MAX);
                break;
            case 'c': pin_to_cpu((int) parse_number("--cpu", optarg, 0, 1023)); break;
            case 'k': settings.block = true; break;
            case 'h': usage(stdout, 0);
            default: usage(stderr, USAGE_STATUS);
        }
    }
    if (settings.group == NULL || settings.interface == NULL || settings.port == 0 || optind != argc) {
        usage(stderr, USAGE_STATUS);
    }
    receive(&settings);
    return 0;
}
