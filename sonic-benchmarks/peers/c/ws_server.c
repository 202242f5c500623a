/*
 * The websocket server that all clients are measured against. One connection at a time, one thread.
 *
 * /echo                   sends every message back; reads in a busy loop, so that it adds as little as it can
 * /flood?size=S&count=N   sends N text messages of S bytes as fast as it can, then closes with 1000
 */
#define _GNU_SOURCE
#include "frame.h"
#include "peer.h"
#include "upgrade.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PAYLOAD_LIMIT = 1 << 20,
    ECHO_CAPACITY = HEADER_LIMIT + PAYLOAD_LIMIT + (128 << 10),
    LOOPBACK_SEGMENT = 65483,
    FLOOD_CHUNK = 2 * LOOPBACK_SEGMENT, /* a short third segment behind two full ones costs a quarter of the rate */
    CLOSE_NORMAL = 1000,
    CLOSE_PROTOCOL_ERROR = 1002,
    CLOSE_TOO_BIG = 1009,
    HANDSHAKE_SECONDS = 5,
    CLOSE_SECONDS = 5,
    SPINS_PER_CLOCK = 1 << 16
};

static const uint64_t IDLE_LIMIT_NS = 60 * UINT64_C(1000000000);

static bool send_close(int fd, uint16_t code) {
    uint8_t frame[4];
    size_t header = put_header(frame, FIN | OPCODE_CLOSE, 0, 2);
    frame[header] = (uint8_t) (code >> 8);
    frame[header + 1] = (uint8_t) code;
    return write_all(fd, frame, sizeof frame);
}

/* Reads in a busy loop; 0 when the peer left, failed or sent nothing for a minute. */
static size_t spin_read(int fd, uint8_t *data, size_t length) {
    uint64_t deadline = 0;
    for (uint32_t spins = 0;; spins++) {
        ssize_t received = recv(fd, data, length, MSG_DONTWAIT);
        if (received >= 0) {
            return (size_t) received;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return 0;
        }
        if (spins % SPINS_PER_CLOCK == 0) {
            uint64_t now = now_ns();
            deadline = deadline == 0 ? now + IDLE_LIMIT_NS : deadline;
            if (now > deadline) {
                return 0;
            }
        }
    }
}

/*
 * Unmasks one whole frame in place and sends it back with the server's header right before the payload: that header
 * is 4 bytes shorter than the client's, so nothing moves. Returns false when the connection is to end.
 */
static bool echo_frame(int fd, uint8_t *data, const struct frame *frame) {
    uint8_t *payload = data + frame->header_length;
    size_t length = (size_t) frame->payload_length;
    apply_mask(payload, payload, length, payload - MASKING_KEY_LENGTH);
    uint8_t opcode = frame->first & 0x0f;
    if (opcode == OPCODE_PONG) {
        return true;
    }
    uint8_t first = opcode == OPCODE_PING ? FIN | OPCODE_PONG : frame->first;
    uint8_t *start = payload - header_length(length);
    put_header(start, first, 0, length);
    return write_all(fd, start, (size_t) (payload - start) + length) && opcode != OPCODE_CLOSE;
}

/* Echoes the whole frames within data; returns the bytes used, SIZE_MAX when the connection is to end. */
static size_t echo_frames(int fd, uint8_t *data, size_t available) {
    size_t used = 0;
    struct frame frame;
    while (parse_header(data + used, available - used, &frame)) {
        if (!frame.masked || (frame.first & 0x70) != 0 || frame.payload_length > PAYLOAD_LIMIT) {
            send_close(fd, frame.payload_length > PAYLOAD_LIMIT ? CLOSE_TOO_BIG : CLOSE_PROTOCOL_ERROR);
            return SIZE_MAX;
        }
        size_t length = frame.header_length + (size_t) frame.payload_length;
        if (available - used < length) {
            break;
        }
        if (!echo_frame(fd, data + used, &frame)) {
            return SIZE_MAX;
        }
        used += length;
    }
    return used;
}

static void echo(int fd, const struct head *request) {
    static uint8_t buffer[ECHO_CAPACITY];
    size_t available = request->rest_length;
    memcpy(buffer, request->rest, available);
    for (;;) {
        size_t used = echo_frames(fd, buffer, available);
        if (used == SIZE_MAX) {
            return;
        }
        available -= used;
        if (available > 0 && used > 0) {
            memmove(buffer, buffer + used, available);
        }
        size_t received = spin_read(fd, buffer + available, ECHO_CAPACITY - available);
        if (received == 0) {
            return;
        }
        available += received;
    }
}

/* Whole frames of one size, as many as fit into one chunk and at least one. */
struct frames {
    uint8_t *data;
    size_t length;
    size_t count;
};

static struct frames prepare_frames(size_t size) {
    struct frames frames;
    frames.length = header_length(size) + size;
    frames.count = frames.length > FLOOD_CHUNK ? 1 : FLOOD_CHUNK / frames.length;
    frames.data = malloc(frames.length * frames.count);
    if (frames.data == NULL) {
        fail("no memory for %zu frames of %zu bytes", frames.count, size);
    }
    for (size_t i = 0; i < frames.count; i++) {
        uint8_t *frame = frames.data + i * frames.length;
        size_t header = put_header(frame, FIN | OPCODE_TEXT, 0, size);
        fill_with_ascii(frame + header, size);
    }
    return frames;
}

/* Reads what the client still sends until it leaves; the time-out of the socket bounds each wait. */
static void drain(int fd) {
    char ignored[4096];
    ssize_t received;
    do {
        received = read(fd, ignored, sizeof ignored);
    } while (received > 0 || (received < 0 && errno == EINTR));
}

static void flood(int fd, size_t size, uint64_t count) {
    struct frames frames = prepare_frames(size);
    bool open = true;
    while (open && count > 0) {
        size_t batch = count < frames.count ? (size_t) count : frames.count;
        open = write_all(fd, frames.data, batch * frames.length);
        count -= batch;
    }
    free(frames.data);
    if (open && send_close(fd, CLOSE_NORMAL)) {
        set_timeout(fd, CLOSE_SECONDS);
        drain(fd);
    }
}

/* Finds "name=NUMBER" in the query; false when it is absent, no number or not within [low, high]. */
static bool query_number(const char *query, const char *name, uint64_t low, uint64_t high, uint64_t *value) {
    size_t name_length = strlen(name);
    for (const char *part = query; part != NULL; part = strchr(part, '&')) {
        part += *part == '&';
        if (strncmp(part, name, name_length) == 0 && part[name_length] == '=') {
            const char *digits = part + name_length + 1;
            size_t length = strspn(digits, "0123456789");
            if (length == 0 || length > 18 || (digits[length] != '&' && digits[length] != '\0')) {
                return false;
            }
            *value = strtoull(digits, NULL, 10);
            return *value >= low && *value <= high;
        }
    }
    return false;
}

static void serve(int fd) {
    static struct head request;
    set_timeout(fd, HANDSHAKE_SECONDS);
    if (!read_head(fd, &request)) {
        return;
    }
    char target[256] = "";
    sscanf(request.text, "GET %255s HTTP/1.1", target);
    char *query = strchr(target, '?');
    if (query != NULL) {
        *query++ = '\0';
    }
    uint64_t size, count;
    if (strcmp(target, "/echo") == 0) {
        if (accept_upgrade(fd, &request)) {
            echo(fd, &request);
        }
    } else if (strcmp(target, "/flood") == 0 && query_number(query, "size", 0, PAYLOAD_LIMIT, &size)
            && query_number(query, "count", 1, UINT64_MAX, &count)) {
        if (accept_upgrade(fd, &request)) {
            flood(fd, (size_t) size, count);
        }
    } else {
        refuse_path(fd);
    }
}

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: ws_server [--port P] [--cpu K]\n"
          "  --port P   listen on 127.0.0.1:P; 0, the default, takes any free port and prints it\n"
          "  --cpu K    pin to CPU K\n"
          "paths: /echo, /flood?size=BYTES&count=N\n", out);
    exit(status);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"cpu", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0}
    };
    uint16_t port = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
            case 'p': port = (uint16_t) parse_number("--port", optarg, 0, UINT16_MAX); break;
            case 'c': pin_to_cpu((int) parse_number("--cpu", optarg, 0, 1023)); break;
            case 'h': usage(stdout, 0);
            default: usage(stderr, USAGE_STATUS);
        }
    }
    if (optind != argc) {
        usage(stderr, USAGE_STATUS);
    }
    int listener = listen_on_loopback(&port);
    printf("listening on %u\n", port);
    fflush(stdout);
    for (;;) {
        int fd = accept_connection(listener);
        serve(fd);
        close(fd);
    }
}
