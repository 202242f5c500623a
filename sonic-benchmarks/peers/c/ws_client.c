/*
 * The plain C websocket client: as little as one can do with epoll, read and write.
 *
 * latency   sends a masked text message, waits for its echo, N times
 * rate      counts the messages that the server sends
 * drain     reads the same bytes without looking at them: what the server and the kernel can deliver at most
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
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAYLOAD_LIMIT = 1 << 20, KEY_POOL = 4096 };

struct settings {
    const char *mode;
    uint16_t port;
    uint64_t count;
    uint64_t warmup; /* UINT64_MAX: a third of count */
    size_t size;
    size_t buffer_length;
    bool use_epoll;
    bool block;
    bool check_ascii;
};

struct connection {
    int fd;
    int epoll;
    bool use_epoll;
    bool block;
    uint8_t *data;
    size_t capacity;
    size_t start; /* of the bytes not consumed */
    size_t end;
};

static void *allocate(size_t length) {
    void *memory = malloc(length);
    if (memory == NULL) {
        fail("no memory for %zu bytes", length);
    }
    return memset(memory, 0, length);
}

static struct connection connect_to(const struct settings *settings, const char *path) {
    static struct head response;
    struct connection connection = {.use_epoll = settings->use_epoll, .block = settings->block};
    connection.fd = connect_to_loopback(settings->port);
    request_upgrade(connection.fd, settings->port, path, &response);
    connection.capacity = settings->buffer_length;
    if (connection.capacity < HEADER_LIMIT + settings->size) {
        connection.capacity = HEADER_LIMIT + settings->size;
    }
    if (connection.capacity < HEAD_LIMIT) {
        connection.capacity = HEAD_LIMIT;
    }
    connection.data = allocate(connection.capacity);
    memcpy(connection.data, response.rest, response.rest_length);
    connection.end = response.rest_length;
    set_non_blocking(connection.fd);
    connection.epoll = watch_for_input(connection.fd);
    return connection;
}

static void disconnect(struct connection *connection) {
    close(connection->epoll);
    close(connection->fd);
    free(connection->data);
}

/* Moves the rest of the last read to the front and reads more behind it. */
static void read_more(struct connection *connection) {
    size_t left = connection->end - connection->start;
    if (connection->start > 0) {
        memmove(connection->data, connection->data + connection->start, left);
        connection->start = 0;
        connection->end = left;
    }
    ssize_t received;
    do {
        if (connection->use_epoll) {
            await_input(connection->epoll, !connection->block);
        }
        received = read(connection->fd, connection->data + left, connection->capacity - left);
    } while (received < 0 && (errno == EAGAIN || errno == EINTR));
    if (received < 0) {
        fail_errno("read");
    }
    if (received == 0) {
        fail("the server ended the connection");
    }
    connection->end += (size_t) received;
}

/* Consumes the next whole text message if it is there; its payload stays valid until read_more. */
static inline bool next_message(struct connection *connection, const uint8_t **payload, size_t *length) {
    const uint8_t *data = connection->data + connection->start;
    size_t available = connection->end - connection->start;
    struct frame frame;
    if (!parse_header(data, available, &frame)) {
        return false;
    }
    if (frame.first != (FIN | OPCODE_TEXT) || frame.masked) {
        fail("expected an unmasked text message, got the header bytes %02x %02x", data[0], data[1]);
    }
    if (frame.payload_length > connection->capacity - frame.header_length) {
        fail("a message of %" PRIu64 " bytes exceeds the buffer", frame.payload_length);
    }
    size_t whole = frame.header_length + (size_t) frame.payload_length;
    if (available < whole) {
        return false;
    }
    *payload = data + frame.header_length;
    *length = (size_t) frame.payload_length;
    connection->start += whole;
    return true;
}

/* RFC 6455, 10.3: a masking key must not be predictable. The kernel's generator is asked once per thousand keys. */
static void next_key(uint8_t key[MASKING_KEY_LENGTH]) {
    static uint8_t pool[KEY_POOL];
    static size_t used = KEY_POOL;
    if (used == KEY_POOL) {
        if (getrandom(pool, sizeof pool, 0) != (ssize_t) sizeof pool) {
            fail_errno("getrandom");
        }
        used = 0;
    }
    memcpy(key, pool + used, MASKING_KEY_LENGTH);
    used += MASKING_KEY_LENGTH;
}

static void send_text(int fd, uint8_t *frame, const uint8_t *message, size_t length) {
    size_t header = put_header(frame, FIN | OPCODE_TEXT, MASKED, length);
    uint8_t *key = frame + header;
    next_key(key);
    apply_mask(key + MASKING_KEY_LENGTH, message, length, key);
    if (!write_all(fd, frame, header + MASKING_KEY_LENGTH + length)) {
        fail_errno("write");
    }
}

static uint64_t round_trip(struct connection *connection, uint8_t *frame, const uint8_t *message, size_t length) {
    const uint8_t *echoed;
    size_t echoed_length;
    uint64_t start = now_ns();
    send_text(connection->fd, frame, message, length);
    while (!next_message(connection, &echoed, &echoed_length)) {
        read_more(connection);
    }
    uint64_t elapsed = now_ns() - start;
    if (echoed_length != length || memcmp(echoed, message, length) != 0) {
        fail("the echo differs from the message");
    }
    return elapsed;
}

static void measure_latency(const struct settings *settings) {
    struct connection connection = connect_to(settings, "/echo");
    uint8_t *message = allocate(settings->size + 1);
    uint8_t *frame = allocate(HEADER_LIMIT + settings->size);
    uint64_t *samples = allocate(settings->count * sizeof *samples);
    fill_with_ascii(message, settings->size);
    for (uint64_t i = 0; i < settings->warmup; i++) {
        round_trip(&connection, frame, message, settings->size);
    }
    for (uint64_t i = 0; i < settings->count; i++) {
        samples[i] = round_trip(&connection, frame, message, settings->size);
    }
    print_percentiles("c", samples, settings->count);
    free(samples);
    free(frame);
    free(message);
    disconnect(&connection);
}

static bool is_ascii(const uint8_t *data, size_t length) {
    uint64_t bits = 0;
    size_t i = 0;
    for (; length - i >= sizeof bits; i += sizeof bits) {
        uint64_t word;
        memcpy(&word, data + i, sizeof word);
        bits |= word;
    }
    for (; i < length; i++) {
        bits |= data[i];
    }
    return (bits & UINT64_C(0x8080808080808080)) == 0;
}

static void print_rate(const char *name, uint64_t messages, uint64_t bytes, uint64_t elapsed_ns) {
    printf("%s: messages=%" PRIu64 " bytes=%" PRIu64 " messages_per_s=%.0f\n", name, messages, bytes,
           (double) messages * 1e9 / (double) elapsed_ns);
}

static struct connection connect_to_flood(const struct settings *settings) {
    char path[128];
    snprintf(path, sizeof path, "/flood?size=%zu&count=%" PRIu64, settings->size, settings->count);
    return connect_to(settings, path);
}

static void measure_rate(const struct settings *settings) {
    struct connection connection = connect_to_flood(settings);
    uint64_t messages = 0, bytes = 0, start = now_ns();
    while (messages < settings->count) {
        const uint8_t *payload;
        size_t length;
        if (!next_message(&connection, &payload, &length)) {
            read_more(&connection);
            continue;
        }
        if (settings->check_ascii && !is_ascii(payload, length)) {
            fail("message %" PRIu64 " is not ASCII", messages);
        }
        bytes += length;
        if (++messages == settings->warmup) {
            bytes = 0;
            start = now_ns();
        }
    }
    uint64_t elapsed = now_ns() - start;
    print_rate(settings->check_ascii ? "c-ascii" : "c", messages - settings->warmup, bytes, elapsed);
    disconnect(&connection);
}

static void measure_drain(const struct settings *settings) {
    struct connection connection = connect_to_flood(settings);
    size_t frame_length = header_length(settings->size) + settings->size;
    uint64_t total = settings->count * frame_length, warmup = settings->warmup * frame_length;
    uint64_t received = connection.end, warm_at = 0, start = now_ns();
    while (received < total) {
        connection.start = connection.end;
        read_more(&connection);
        received += connection.end - connection.start;
        if (warm_at == 0 && received >= warmup) {
            warm_at = received;
            start = now_ns();
        }
    }
    uint64_t elapsed = now_ns() - start;
    uint64_t messages = (total - warm_at) / frame_length;
    print_rate("c-drain", messages, messages * settings->size, elapsed);
    disconnect(&connection);
}

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: ws_client latency|rate|drain --port P [OPTIONS]\n"
          "  --port P      of the server on 127.0.0.1\n"
          "  --count N     messages; default 100000. rate and drain take the warm-up out of them\n"
          "  --size S      payload bytes of a message; default 128\n"
          "  --warmup W    messages before the measured ones; default a third of the count\n"
          "  --buffer B    bytes of the read buffer; default 131072\n"
          "  --cpu K       pin to CPU K\n"
          "  --no-epoll    read in a busy loop without epoll_wait\n"
          "  --block       let epoll_wait sleep\n"
          "  --ascii       rate: check that each message is ASCII\n", out);
    exit(status);
}

static struct settings parse_arguments(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"count", required_argument, NULL, 'n'},
        {"size", required_argument, NULL, 's'},
        {"warmup", required_argument, NULL, 'w'},
        {"buffer", required_argument, NULL, 'b'},
        {"cpu", required_argument, NULL, 'c'},
        {"no-epoll", no_argument, NULL, 'e'},
        {"block", no_argument, NULL, 'k'},
        {"ascii", no_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {0}
    };
    struct settings settings = {.count = 100000, .warmup = UINT64_MAX, .size = 128, .buffer_length = 128 << 10,
                                .use_epoll = true};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
            case 'p': settings.port = (uint16_t) parse_number("--port", optarg, 1, UINT16_MAX); break;
            case 'n': settings.count = parse_number("--count", optarg, 1, UINT64_C(1) << 40); break;
            case 's': settings.size = (size_t) parse_number("--size", optarg, 0, PAYLOAD_LIMIT); break;
            case 'w': settings.warmup = parse_number("--warmup", optarg, 0, UINT64_C(1) << 40); break;
            case 'b': settings.buffer_length = (size_t) parse_number("--buffer", optarg, 1, 1 << 30); break;
            case 'c': pin_to_cpu((int) parse_number("--cpu", optarg, 0, 1023)); break;
            case 'e': settings.use_epoll = false; break;
            case 'k': settings.block = true; break;
            case 'a': settings.check_ascii = true; break;
            case 'h': usage(stdout, 0);
            default: usage(stderr, USAGE_STATUS);
        }
    }
    if (settings.port == 0 || optind != argc - 1) {
        usage(stderr, USAGE_STATUS);
    }
    settings.mode = argv[optind];
    if (settings.warmup == UINT64_MAX) {
        settings.warmup = settings.count / 3;
    }
    return settings;
}

int main(int argc, char **argv) {
    struct settings settings = parse_arguments(argc, argv);
    bool latency = strcmp(settings.mode, "latency") == 0;
    if (!latency && settings.warmup >= settings.count) {
        fprintf(stderr, "ws_client: --warmup must be less than --count\n");
        return USAGE_STATUS;
    }
    if (latency) {
        measure_latency(&settings);
    } else if (strcmp(settings.mode, "rate") == 0) {
        measure_rate(&settings);
    } else if (strcmp(settings.mode, "drain") == 0) {
        measure_drain(&settings);
    } else {
        usage(stderr, USAGE_STATUS);
    }
    return 0;
}
