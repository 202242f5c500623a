package io.sonic.feed;

import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;

/**
 * Calls a handler, and goes on when it throws.
 */
final class Events {
    private final FeedHandler handler;
    private final ErrorHandler errors;

    Events(FeedHandler handler, ErrorHandler errors) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.errors = Objects.requireNonNull(errors, "errors");
    }

    void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
        try {
            handler.onMessage(sequence, buffer, offset, length);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onGap(long first, long last) {
        try {
            handler.onGap(first, last);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onLost(long first, long last) {
        try {
            handler.onLost(first, last);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onSession(long expected) {
        try {
            handler.onSession(expected);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onEndOfSession(long next) {
        try {
            handler.onEndOfSession(next);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onLineSilent(int line) {
        try {
            handler.onLineSilent(line);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    void onLineBack(int line) {
        try {
            handler.onLineBack(line);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }
}
