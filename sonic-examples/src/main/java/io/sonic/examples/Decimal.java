package io.sonic.examples;

import java.math.BigDecimal;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Prices and sizes as whole numbers of 1e-8, so that no update needs an object or a rounding. */
final class Decimal {

    /** Digits behind the point. */
    static final int SCALE = 8;
    /** What is no number, or none that fits. */
    static final long NOT_A_NUMBER = Long.MIN_VALUE;

    private static final long[] POWERS = powersOfTen();
    private static final long MAX_UNITS = Long.MAX_VALUE / 10 - 1;

    private Decimal() {
    }

    /**
     * Reads {@code -12.5}, {@code 3} or {@code 1.5e-7}; digits behind the eighth are cut off.
     *
     * @return the number, or {@link #NOT_A_NUMBER}.
     */
    static long parse(DirectBuffer buffer, int offset, int length) {
        int i = offset;
        int limit = offset + length;
        boolean negative = i < limit && buffer.getByte(i) == '-';
        if (negative) {
            i++;
        }
        int first = i;
        long units = 0;
        int pointAt = -1;
        int cut = 0;
        for (; i < limit; i++) {
            byte character = buffer.getByte(i);
            if (character == '.' && pointAt < 0) {
                pointAt = i;
            } else if (character < '0' || character > '9') {
                break;
            } else if (units > MAX_UNITS / 10) {
                cut++;
            } else {
                units = units * 10 + character - '0';
            }
        }
        int fraction = pointAt < 0 ? 0 : i - pointAt - 1;
        if (i == first || pointAt >= 0 && i - first == 1) {
            return NOT_A_NUMBER;
        }
        int exponent = 0;
        if (i < limit) {
            exponent = exponent(buffer, i, limit);
            if (exponent == Integer.MIN_VALUE) {
                return NOT_A_NUMBER;
            }
        }
        long scaled = scale(units, SCALE - fraction + cut + exponent);
        return scaled == NOT_A_NUMBER || !negative ? scaled : -scaled;
    }

    private static int exponent(DirectBuffer buffer, int offset, int limit) {
        int i = offset;
        if (buffer.getByte(i) != 'e' && buffer.getByte(i) != 'E') {
            return Integer.MIN_VALUE;
        }
        i++;
        boolean negative = i < limit && buffer.getByte(i) == '-';
        if (negative || i < limit && buffer.getByte(i) == '+') {
            i++;
        }
        if (i == limit || limit - i > 3) {
            return Integer.MIN_VALUE;
        }
        int exponent = 0;
        for (; i < limit; i++) {
            int digit = buffer.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            exponent = exponent * 10 + digit;
        }
        return negative ? -exponent : exponent;
    }

    private static long scale(long units, int power) {
        if (units == 0 || power <= -POWERS.length) {
            return 0;
        }
        if (power <= 0) {
            return units / POWERS[-power];
        }
        return power >= POWERS.length || units > Long.MAX_VALUE / POWERS[power] ? NOT_A_NUMBER : units * POWERS[power];
    }

    /**
     * Writes a number that is not negative.
     *
     * @param digits behind the point, 1 to {@link #SCALE}; the others are left out.
     * @return bytes written.
     */
    static int put(MutableDirectBuffer buffer, int offset, long value, int digits) {
        int at = offset + buffer.putNaturalLongAscii(offset, value / POWERS[SCALE]);
        buffer.putByte(at++, (byte) '.');
        long fraction = value % POWERS[SCALE];
        for (int i = 1; i <= digits; i++) {
            buffer.putByte(at++, (byte) ('0' + fraction / POWERS[SCALE - i] % 10));
        }
        return at - offset;
    }

    /** Formats a number for people: two digits behind the point, or as many as it has. */
    static String format(long value) {
        BigDecimal exact = BigDecimal.valueOf(value, SCALE).stripTrailingZeros();
        return (exact.scale() < 2 ? exact.setScale(2) : exact).toPlainString();
    }

    private static long[] powersOfTen() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }
}
