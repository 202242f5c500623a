package io.sonic.websocket;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Reads a {@code Retry-After} field (RFC 9110, 10.2.3): seconds, or a date.
 */
final class RetryAfter {
    private static final long NONE = -1;
    private static final int MAX_DIGITS = 9;
    private static final long MAX_SECONDS = 1_000_000_000L;

    private RetryAfter() {
    }

    /**
     * Parses the field.
     *
     * @param value of the field, or null.
     * @param date  that of the answer's {@code Date}, or null for the clock of this side.
     * @return nanoseconds, or -1 when it says nothing.
     */
    static long parseNs(String value, String date) {
        if (value == null || value.isEmpty()) {
            return NONE;
        }
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return (value.length() > MAX_DIGITS ? MAX_SECONDS : Long.parseLong(value)) * 1_000_000_000L;
        }
        try {
            Instant now = date == null ? Instant.now() : parseDate(date);
            long seconds = Duration.between(now, parseDate(value)).toSeconds();
            return Math.clamp(seconds, 0, MAX_SECONDS) * 1_000_000_000L;
        } catch (DateTimeException e) {
            return NONE;
        }
    }

    private static Instant parseDate(String text) {
        return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    }
}
