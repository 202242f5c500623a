package io.sonic.examples;

import java.util.Locale;

/** The last line of a command: its name, and results as {@code name=value} pairs that a script can take apart. */
final class ResultLine {

    private final StringBuilder line;
    private String separator = ": ";

    ResultLine(String command) {
        line = new StringBuilder(command);
    }

    ResultLine add(String name, long value) {
        line.append(separator).append(name).append('=').append(value);
        separator = " ";
        return this;
    }

    /**
     * Adds a share: without a fraction where it is whole, otherwise with three digits, rounded up so that only nothing
     * is shown as 0.
     */
    ResultLine addPer(String name, long total, long count) {
        if (count == 0 || total % count == 0) {
            return add(name, count == 0 ? 0 : total / count);
        }
        double share = Math.ceil(1000.0 * total / count) / 1000;
        line.append(separator).append(name).append('=').append(String.format(Locale.ROOT, "%.3f", share));
        separator = " ";
        return this;
    }

    /** Adds a share, rounded. */
    ResultLine addRounded(String name, long total, long count) {
        return add(name, count == 0 ? 0 : Math.round((double) total / count));
    }

    /** Adds how many there were in a second, rounded. */
    ResultLine addPerSecond(String name, long count, long elapsedNs) {
        return add(name, elapsedNs <= 0 ? 0 : Math.round(count * 1e9 / elapsedNs));
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
