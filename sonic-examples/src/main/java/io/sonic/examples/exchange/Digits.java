package io.sonic.examples.exchange;

import java.math.BigDecimal;

/** Decimal numbers as their digits, and how many of them are behind the point. */
final class Digits {

    private static final long[] POWERS = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
        1_000_000_000, 10_000_000_000L, 100_000_000_000L, 1_000_000_000_000L, 10_000_000_000_000L, 100_000_000_000_000L,
        1_000_000_000_000_000L, 10_000_000_000_000_000L, 100_000_000_000_000_000L, 1_000_000_000_000_000_000L};
    private static final long MAX_DIGITS = (Long.MAX_VALUE - 9) / 10;

    long digits;
    int decimals;

    /**
     * Reads a number that is not negative: {@code 354.15000000}, {@code 3}, {@code 1.0E-4}.
     *
     * @throws IllegalArgumentException when it is none, or has more than 18 digits.
     */
    void parse(char[] text, int offset, int length) {
        long value = 0;
        int behind = 0;
        boolean point = false;
        int seen = 0;
        for (int i = offset; i < offset + length; i++) {
            char c = text[i];
            if (c >= '0' && c <= '9' && value < MAX_DIGITS) {
                value = value * 10 + c - '0';
                behind += point ? 1 : 0;
                seen++;
            } else if (c == '.' && !point) {
                point = true;
            } else if ((c == 'e' || c == 'E') && seen > 0) {
                parseExact(new String(text, offset, length));
                return;
            } else {
                throw new IllegalArgumentException("not a number: " + new String(text, offset, length));
            }
        }
        if (seen == 0) {
            throw new IllegalArgumentException("not a number: '" + new String(text, offset, length) + "'");
        }
        digits = value;
        decimals = behind;
    }

    private void parseExact(String text) {
        BigDecimal exact = new BigDecimal(text);
        BigDecimal plain = exact.scale() < 0 ? exact.setScale(0) : exact;
        digits = plain.unscaledValue().longValueExact();
        decimals = plain.scale();
    }

    /** Compares two numbers, exactly. */
    static int compare(long digits, int decimals, long otherDigits, int otherDecimals) {
        if (decimals == otherDecimals) {
            return Long.compare(digits, otherDigits);
        }
        if (decimals > otherDecimals) {
            return -compare(otherDigits, otherDecimals, digits, decimals);
        }
        int shift = otherDecimals - decimals;
        if (shift >= POWERS.length || digits > Long.MAX_VALUE / POWERS[shift]) {
            return digits == 0 ? Long.compare(0, otherDigits) : 1;
        }
        return Long.compare(digits * POWERS[shift], otherDigits);
    }

    static String format(long digits, int decimals) {
        return BigDecimal.valueOf(digits, decimals).toPlainString();
    }
}
