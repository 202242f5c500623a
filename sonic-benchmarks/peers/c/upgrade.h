/* The opening handshake of RFC 6455, both sides, over a blocking socket. */
#ifndef UPGRADE_H
#define UPGRADE_H

#include <stdbool.h>
#include <stddef.h>

enum { HEAD_LIMIT = 8192 };

/* One HTTP head and the bytes that came after it. */
struct head {
    char text[HEAD_LIMIT + 1]; /* up to and with the empty line, then a NUL */
    size_t length;
    char rest[HEAD_LIMIT];
    size_t rest_length;
};

/* Reads up to the empty line; false when the peer left, took too long, sent too much or a NUL. */
bool read_head(int fd, struct head *head);

/* Server: answers 101 to a websocket request. Answers 400 and returns false when it is none. */
bool accept_upgrade(int fd, const struct head *request);

/* Server: answers 404. */
void refuse_path(int fd);

/* Client: asks for path and checks the answer; ends the program when the server refuses. */
void request_upgrade(int fd, unsigned port, const char *path, struct head *response);

#endif
