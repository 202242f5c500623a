package io.sonic;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A stream socket or a listener of the nio backend. The JDK has a class for each, so the channel is opened when
 * {@link #connect} or {@link #listen} says which one it is; what was set before is kept until then.
 */
final class NioStreamSocket extends NioSocket {
    private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();
    private SocketAddress local;
    private SocketChannel stream;
    private ServerSocketChannel listener;
    private int acceptResult;

    NioStreamSocket(NioBackend backend, AddressFamily family) {
        super(backend, family);
    }

    private NioStreamSocket(NioBackend backend, AddressFamily family, SocketChannel accepted) {
        super(backend, family);
        stream = accepted;
    }

    @Override
    SelectableChannel channel() {
        return stream != null ? stream : listener;
    }

    @Override
    int firstInterest() {
        return listener != null ? SelectionKey.OP_ACCEPT
                : stream.isConnected() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
    }

    @Override
    public int bind(Endpoint endpoint) {
        local = address(endpoint);
        return 0;
    }

    @Override
    public int connect(Endpoint remote) {
        try {
            stream = SocketChannel.open(family(family));
            stream.configureBlocking(false);
            int result = applyOptions(stream);
            if (result < 0) {
                return result;
            }
            if (local != null) {
                stream.bind(local);
            }
            return stream.connect(address(remote)) ? 0 : EINPROGRESS;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int finishConnect() {
        try {
            if (stream.isConnected()) {
                return 0;
            }
            if (stream.finishConnect()) {
                await(SelectionKey.OP_READ);
                return 0;
            }
            await(SelectionKey.OP_CONNECT);
            return EINPROGRESS;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int listen(int backlog) {
        try {
            listener = ServerSocketChannel.open(family(family));
            listener.configureBlocking(false);
            int result = applyOptions(listener);
            if (result == 0) {
                listener.bind(local, backlog);
            }
            return result;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public BackendSocket accept(Endpoint remote) {
        try {
            SocketChannel accepted = listener.accept();
            if (accepted == null) {
                await(SelectionKey.OP_ACCEPT);
                acceptResult = EAGAIN;
                return null;
            }
            return take(accepted, remote);
        } catch (IOException | RuntimeException e) {
            acceptResult = NioErrors.of(e);
            return null;
        }
    }

    private BackendSocket take(SocketChannel accepted, Endpoint remote) throws IOException {
        try {
            accepted.configureBlocking(false);
            applyInherited(accepted);
            set(remote, accepted.getRemoteAddress());
            acceptResult = 0;
            return new NioStreamSocket(backend, family, accepted);
        } catch (IOException | RuntimeException e) {
            accepted.close();
            throw e;
        }
    }

    @Override
    public int acceptResult() {
        return acceptResult;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        try {
            int result = stream.read(buffers.toFill(buffer, offset, length));
            buffers.filled(buffer, offset, result);
            if (result < length) {
                await(SelectionKey.OP_READ);
            }
            return result == 0 ? EAGAIN : Math.max(0, result);
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        try {
            ByteBuffer view = buffers.toDrain(buffer, offset, length);
            int result = stream.write(view);
            if (result < length) {
                await(SelectionKey.OP_WRITE);
            }
            return result == 0 ? EAGAIN : result;
        } catch (ClosedChannelException e) {
            // The output was shut: a channel that is closed has no socket to write to.
            return -Errno.EPIPE.number;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int read(IoVector vector) {
        int total = 0;
        for (int i = vector.firstLeft(); i < vector.count(); i++) {
            int done = i == vector.firstLeft() ? vector.doneOfFirst() : 0;
            int wanted = vector.length(i) - done;
            if (wanted == 0) {
                continue;
            }
            int result = read((MutableDirectBuffer) vector.buffer(i), vector.offset(i) + done, wanted);
            if (result <= 0) {
                return total > 0 ? total : result;
            }
            total += result;
            if (result < wanted) {
                return total;
            }
        }
        return total;
    }

    @Override
    public int write(IoVector vector) {
        int total = 0;
        for (int i = vector.firstLeft(); i < vector.count(); i++) {
            int done = i == vector.firstLeft() ? vector.doneOfFirst() : 0;
            int wanted = vector.length(i) - done;
            if (wanted == 0) {
                continue;
            }
            int result = write(vector.buffer(i), vector.offset(i) + done, wanted);
            if (result <= 0) {
                return total > 0 ? total : result;
            }
            total += result;
            if (result < wanted) {
                return total;
            }
        }
        return total;
    }

    @Override
    public int receive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        return EOPNOTSUPP;
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        return EOPNOTSUPP;
    }

    @Override
    public int receive(DatagramBatch batch) {
        return EOPNOTSUPP;
    }

    @Override
    public int send(DatagramBatch batch, int first) {
        return EOPNOTSUPP;
    }

    @Override
    public <T> int setOption(SocketOption<T> option, T value) {
        if (!NioOptions.knows(option) || option.isOfTcp() && family == AddressFamily.UNIX) {
            return ENOPROTOOPT;
        }
        if (channel() == null) {
            options.put(option, value);
            return 0;
        }
        return NioOptions.set((NetworkChannel) channel(), option, value);
    }

    @Override
    public <T> T getOption(SocketOption<T> option) {
        try {
            return NioOptions.get((NetworkChannel) channel(), option);
        } catch (IOException | RuntimeException e) {
            optionResult = NioErrors.of(e);
            return null;
        }
    }

    @Override
    public int localEndpoint(Endpoint endpoint) {
        try {
            NetworkChannel channel = (NetworkChannel) channel();
            set(endpoint, channel == null ? null : channel.getLocalAddress());
            return 0;
        } catch (IOException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int remoteEndpoint(Endpoint endpoint) {
        try {
            SocketAddress remote = stream == null ? null : stream.getRemoteAddress();
            if (remote == null) {
                return -Errno.ENOTCONN.number;
            }
            set(endpoint, remote);
            return 0;
        } catch (IOException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int shutdownOutput() {
        try {
            stream.shutdownOutput();
            return 0;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    /**
     * Applies what was set before the channel was there. What a listener of the JDK does not have is left for the
     * connections that it accepts, which inherit it from one of the system.
     */
    private int applyOptions(NetworkChannel channel) {
        for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
            boolean forLater = channel == listener && !NioOptions.isSupported(channel, entry.getKey());
            int result = forLater ? 0 : apply(channel, entry.getKey(), entry.getValue());
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    private void applyInherited(SocketChannel accepted) throws IOException {
        for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
            if (!NioOptions.isSupported(listener, entry.getKey())) {
                int result = apply(accepted, entry.getKey(), entry.getValue());
                if (result < 0) {
                    throw Errno.exception("setsockopt", entry.getKey().name(), -result);
                }
            }
        }
    }

    private static <T> int apply(NetworkChannel channel, SocketOption<T> option, Object value) {
        return NioOptions.set(channel, option, option.type().cast(value));
    }
}
