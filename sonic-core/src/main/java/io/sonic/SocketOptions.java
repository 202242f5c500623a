package io.sonic;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options that a channel is opened with, in the order given.
 *
 * {@snippet :
 * SocketOptions options = new SocketOptions().set(SocketOption.RECEIVE_BUFFER, 1 << 20);
 * }
 */
public final class SocketOptions {
    private final Map<SocketOption<?>, Object> values = new LinkedHashMap<>();

    /**
     * Creates an empty list: the defaults of the channel hold.
     */
    public SocketOptions() {
    }

    /**
     * Sets an option; a later value for the same option replaces an earlier one.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @return this.
     * @throws IllegalArgumentException when a text is too long.
     */
    public <T> SocketOptions set(SocketOption<T> option, T value) {
        values.put(option, option.check(value));
        return this;
    }

    static SocketOptions copyOf(SocketOptions options) {
        SocketOptions copy = new SocketOptions();
        copy.values.putAll(options.values);
        return copy;
    }

    <T> SocketOptions setDefault(SocketOption<T> option, T value) {
        values.putIfAbsent(option, value);
        return this;
    }

    void applyTo(BackendSocket socket) throws IOException {
        for (Map.Entry<SocketOption<?>, Object> entry : values.entrySet()) {
            apply(socket, entry.getKey(), entry.getValue());
        }
    }

    private static <T> void apply(BackendSocket socket, SocketOption<T> option, Object value) throws IOException {
        int result = socket.setOption(option, option.type().cast(value));
        if (result < 0) {
            throw Errno.exception("setsockopt", option.name() + " = " + value, -result);
        }
    }
}
