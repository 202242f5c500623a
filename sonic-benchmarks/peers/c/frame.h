/* Frame headers of RFC 6455, 5.2. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };
enum { FIN = 0x80, MASKED = 0x80, HEADER_LIMIT = 14, MASKING_KEY_LENGTH = 4 };

struct frame {
    uint8_t first; /* FIN, RSV1-3 and opcode */
    bool masked;
    size_t header_length; /* with the masking key */
    uint64_t payload_length;
};

/* Parses the header at data; false when it is not complete yet. */
static inline bool parse_header(const uint8_t *data, size_t available, struct frame *frame) {
    if (available < 2) {
        return false;
    }
    unsigned length = data[1] & 0x7f;
    size_t header_length = length < 126 ? 2 : length == 126 ? 4 : 10;
    frame->first = data[0];
    frame->masked = (data[1] & MASKED) != 0;
    frame->header_length = header_length + (frame->masked ? MASKING_KEY_LENGTH : 0);
    if (available < frame->header_length) {
        return false;
    }
    if (length < 126) {
        frame->payload_length = length;
    } else if (length == 126) {
        frame->payload_length = (uint64_t) data[2] << 8 | data[3];
    } else {
        uint64_t bits;
        memcpy(&bits, data + 2, sizeof bits);
        frame->payload_length = __builtin_bswap64(bits);
    }
    return true;
}

static inline size_t header_length(uint64_t payload_length) {
    return payload_length < 126 ? 2 : payload_length <= UINT16_MAX ? 4 : 10;
}

/* Writes a header without a masking key and returns its length; mask is MASKED or 0. */
static inline size_t put_header(uint8_t *data, uint8_t first, uint8_t mask, uint64_t payload_length) {
    size_t length = header_length(payload_length);
    data[0] = first;
    if (length == 2) {
        data[1] = (uint8_t) (mask | payload_length);
    } else if (length == 4) {
        data[1] = mask | 126;
        data[2] = (uint8_t) (payload_length >> 8);
        data[3] = (uint8_t) payload_length;
    } else {
        uint64_t bits = __builtin_bswap64(payload_length);
        data[1] = mask | 127;
        memcpy(data + 2, &bits, sizeof bits);
    }
    return length;
}

/* Masks or unmasks; from and to may be the same. */
static inline void apply_mask(uint8_t *to, const uint8_t *from, size_t length, const uint8_t key[MASKING_KEY_LENGTH]) {
    uint32_t narrow;
    memcpy(&narrow, key, sizeof narrow);
    uint64_t wide = (uint64_t) narrow << 32 | narrow;
    size_t i = 0;
    for (; length - i >= sizeof wide; i += sizeof wide) {
        uint64_t word;
        memcpy(&word, from + i, sizeof word);
        word ^= wide;
        memcpy(to + i, &word, sizeof word);
    }
    for (; i < length; i++) {
        to[i] = from[i] ^ key[i % MASKING_KEY_LENGTH];
    }
}

/* Fills data with printable ASCII that looks like market data. */
static inline void fill_with_ascii(uint8_t *data, size_t length) {
    static const char sample[] = "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"u\":160,\"b\":[[\"64231.10\",\"0.512\"]],"
                                 "\"a\":[[\"64231.20\",\"1.874\"]]} ";
    for (size_t i = 0; i < length; i++) {
        data[i] = (uint8_t) sample[i % (sizeof sample - 1)];
    }
}

#endif
