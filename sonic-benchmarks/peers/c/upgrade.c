#define _GNU_SOURCE
#include "upgrade.h"

#include "peer.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SHA1_LENGTH = 20, SHA1_BLOCK = 64, KEY_BYTES = 16, KEY_LENGTH = 24, ACCEPT_LENGTH = 28 };

static const char WEBSOCKET_GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static uint32_t rotate_left(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

/* FIPS 180-4, 6.1.2. */
static void sha1_block(uint32_t state[5], const uint8_t *block) {
    uint32_t schedule[80];
    for (int t = 0; t < 16; t++) {
        const uint8_t *word = block + 4 * t;
        schedule[t] = (uint32_t) word[0] << 24 | (uint32_t) word[1] << 16 | (uint32_t) word[2] << 8 | word[3];
    }
    for (int t = 16; t < 80; t++) {
        schedule[t] = rotate_left(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int t = 0; t < 80; t++) {
        uint32_t mix, constant;
        if (t < 20) {
            mix = (b & c) | (~b & d);
            constant = 0x5a827999;
        } else if (t < 40) {
            mix = b ^ c ^ d;
            constant = 0x6ed9eba1;
        } else if (t < 60) {
            mix = (b & c) | (b & d) | (c & d);
            constant = 0x8f1bbcdc;
        } else {
            mix = b ^ c ^ d;
            constant = 0xca62c1d6;
        }
        uint32_t next = rotate_left(a, 5) + mix + e + constant + schedule[t];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static void sha1(const uint8_t *data, size_t length, uint8_t digest[SHA1_LENGTH]) {
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    size_t done = 0;
    for (; length - done >= SHA1_BLOCK; done += SHA1_BLOCK) {
        sha1_block(state, data + done);
    }
    uint8_t tail[2 * SHA1_BLOCK] = {0};
    size_t left = length - done;
    memcpy(tail, data + done, left);
    tail[left] = 0x80;
    size_t tail_length = left + 9 <= SHA1_BLOCK ? SHA1_BLOCK : 2 * SHA1_BLOCK;
    for (int i = 0; i < 8; i++) {
        tail[tail_length - 1 - (size_t) i] = (uint8_t) ((uint64_t) length * 8 >> 8 * i);
    }
    for (size_t offset = 0; offset < tail_length; offset += SHA1_BLOCK) {
        sha1_block(state, tail + offset);
    }
    for (int i = 0; i < SHA1_LENGTH; i++) {
        digest[i] = (uint8_t) (state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

static void base64(const uint8_t *data, size_t length, char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t) data[i] << 16;
        group |= left > 1 ? (uint32_t) data[i + 1] << 8 : 0;
        group |= left > 2 ? data[i + 2] : 0;
        *text++ = digits[group >> 18];
        *text++ = digits[group >> 12 & 63];
        *text++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *text++ = left > 2 ? digits[group & 63] : '=';
    }
    *text = '\0';
}

/* RFC 6455, 4.2.2: base64 of the SHA-1 of key and GUID. */
static void accept_value(const char *key, size_t key_length, char accept[ACCEPT_LENGTH + 1]) {
    uint8_t joined[KEY_LENGTH + sizeof WEBSOCKET_GUID];
    memcpy(joined, key, key_length);
    memcpy(joined + key_length, WEBSOCKET_GUID, sizeof WEBSOCKET_GUID - 1);
    uint8_t digest[SHA1_LENGTH];
    sha1(joined, key_length + sizeof WEBSOCKET_GUID - 1, digest);
    base64(digest, sizeof digest, accept);
}

bool read_head(int fd, struct head *head) {
    head->length = 0;
    head->rest_length = 0;
    while (head->length < HEAD_LIMIT) {
        ssize_t received = read(fd, head->text + head->length, HEAD_LIMIT - head->length);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (received <= 0) {
            return false;
        }
        head->length += (size_t) received;
        char *end = memmem(head->text, head->length, "\r\n\r\n", 4);
        if (end != NULL) {
            size_t length = (size_t) (end + 4 - head->text);
            head->rest_length = head->length - length;
            memcpy(head->rest, head->text + length, head->rest_length);
            head->length = length;
            head->text[length] = '\0';
            return strlen(head->text) == length;
        }
    }
    return false;
}

/* The trimmed value of a header field, NULL when it is absent. */
static const char *field(const struct head *head, const char *name, size_t *length) {
    size_t name_length = strlen(name);
    const char *line = strstr(head->text, "\r\n");
    for (line += 2; *line != '\r'; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, name, name_length) == 0 && line[name_length] == ':') {
            const char *value = line + name_length + 1;
            const char *end = strstr(value, "\r\n");
            value += strspn(value, " \t");
            while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
                end--;
            }
            *length = end > value ? (size_t) (end - value) : 0;
            return value;
        }
    }
    return NULL;
}

static void refuse(int fd, const char *status) {
    char answer[128];
    int length = snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
    write_all(fd, answer, (size_t) length);
}

bool accept_upgrade(int fd, const struct head *request) {
    size_t key_length, upgrade_length, version_length;
    const char *key = field(request, "Sec-WebSocket-Key", &key_length);
    const char *upgrade = field(request, "Upgrade", &upgrade_length);
    const char *version = field(request, "Sec-WebSocket-Version", &version_length);
    if (strncmp(request->text, "GET ", 4) != 0 || key == NULL || key_length != KEY_LENGTH || upgrade == NULL
            || upgrade_length != 9 || strncasecmp(upgrade, "websocket", 9) != 0 || version == NULL
            || version_length != 2 || strncmp(version, "13", 2) != 0) {
        refuse(fd, "400 Bad Request");
        return false;
    }
    char accept[ACCEPT_LENGTH + 1];
    accept_value(key, key_length, accept);
    char answer[256];
    int length = snprintf(answer, sizeof answer,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    return write_all(fd, answer, (size_t) length);
}

void refuse_path(int fd) {
    refuse(fd, "404 Not Found");
}

void request_upgrade(int fd, unsigned port, const char *path, struct head *response) {
    uint8_t random[KEY_BYTES];
    if (getrandom(random, sizeof random, 0) != (ssize_t) sizeof random) {
        fail_errno("getrandom");
    }
    char key[KEY_LENGTH + 1];
    base64(random, sizeof random, key);
    char request[1024];
    int length = snprintf(request, sizeof request,
            "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port, key);
    if (length >= (int) sizeof request) {
        fail("the path is too long");
    }
    if (!write_all(fd, request, (size_t) length) || !read_head(fd, response)) {
        fail("the server ended the connection during the handshake");
    }
    if (strncmp(response->text, "HTTP/1.1 101 ", 13) != 0) {
        fail("the server refused: %.*s", (int) strcspn(response->text, "\r"), response->text);
    }
    char expected[ACCEPT_LENGTH + 1];
    accept_value(key, KEY_LENGTH, expected);
    size_t accept_length;
    const char *accept = field(response, "Sec-WebSocket-Accept", &accept_length);
    if (accept == NULL || accept_length != ACCEPT_LENGTH || strncmp(accept, expected, ACCEPT_LENGTH) != 0) {
        fail("the server's Sec-WebSocket-Accept is missing or wrong");
    }
}
