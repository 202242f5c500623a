package io.sonic;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A datagram socket of the nio backend. What it receives takes a detour, see {@link NioBackend#datagram()}.
 */
final class NioDatagramSocket extends NioSocket {
    private static final int LONGEST_DATAGRAM = 65_535;

    private final DatagramChannel channel;
    /**
     * The last destination in both forms, so that sending to one peer allocates nothing.
     */
    private final Endpoint lastDestination = new Endpoint();
    private SocketAddress lastAddress;

    NioDatagramSocket(NioBackend backend, AddressFamily family) throws IOException {
        super(backend, family);
        channel = DatagramChannel.open(family(family));
        channel.configureBlocking(false);
    }

    @Override
    DatagramChannel channel() {
        return channel;
    }

    @Override
    int firstInterest() {
        return SelectionKey.OP_READ;
    }

    @Override
    public int bind(Endpoint local) {
        try {
            channel.bind(address(local));
            return 0;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int connect(Endpoint remote) {
        try {
            channel.disconnect();
            channel.connect(address(remote));
            return 0;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int receive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        try {
            ByteBuffer received = backend.datagram();
            SocketAddress from = channel.receive(received);
            if (from == null) {
                await(SelectionKey.OP_READ);
                return EAGAIN;
            }
            buffer.putBytes(offset, received, 0, Math.min(length, received.position()));
            set(source, from);
            return received.position();
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        if (length > LONGEST_DATAGRAM) {
            return -Errno.EMSGSIZE.number;
        }
        boolean toThePeer = destination == null || !destination.isSet();
        if (toThePeer && !channel.isConnected()) {
            return -Errno.EDESTADDRREQ.number;
        }
        if (length == 0 && channel.isConnected()) {
            // The JDK would say that it was sent, and send nothing.
            return EOPNOTSUPP;
        }
        try {
            ByteBuffer view = buffers.toDrain(buffer, offset, length);
            int result = toThePeer ? channel.write(view) : channel.send(view, resolved(destination));
            if (result == 0 && length > 0) {
                await(SelectionKey.OP_WRITE);
                return EAGAIN;
            }
            return result;
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int receive(DatagramBatch batch) {
        int count = 0;
        while (count < batch.capacity()) {
            int result = receive(batch.slotBuffer(count), batch.offset(count), batch.slotLength(),
                    batch.endpoint(count));
            if (result < 0) {
                batch.received(count);
                return count > 0 ? count : result;
            }
            batch.received(count++, result);
        }
        batch.received(count);
        return count;
    }

    @Override
    public int send(DatagramBatch batch, int first) {
        for (int i = first; i < batch.count(); i++) {
            Endpoint destination = batch.endpoint(i);
            int result = send(batch.slotBuffer(i), batch.offset(i), batch.length(i),
                    destination.isSet() ? destination : null);
            if (result < 0) {
                return i > first ? i - first : result;
            }
        }
        return batch.count() - first;
    }

    @Override
    public <T> int setOption(SocketOption<T> option, T value) {
        return NioOptions.set(channel, option, value);
    }

    @Override
    public <T> T getOption(SocketOption<T> option) {
        try {
            return NioOptions.get(channel, option);
        } catch (IOException | RuntimeException e) {
            optionResult = NioErrors.of(e);
            return null;
        }
    }

    @Override
    public int localEndpoint(Endpoint local) {
        try {
            set(local, channel.getLocalAddress());
            return 0;
        } catch (IOException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int remoteEndpoint(Endpoint remote) {
        try {
            SocketAddress address = channel.getRemoteAddress();
            set(remote, address);
            return address == null ? -Errno.ENOTCONN.number : 0;
        } catch (IOException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int finishConnect() {
        return EOPNOTSUPP;
    }

    @Override
    public int listen(int backlog) {
        return EOPNOTSUPP;
    }

    @Override
    public BackendSocket accept(Endpoint remote) {
        return null;
    }

    @Override
    public int acceptResult() {
        return EOPNOTSUPP;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        return EOPNOTSUPP;
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        return EOPNOTSUPP;
    }

    @Override
    public int read(IoVector vector) {
        return EOPNOTSUPP;
    }

    @Override
    public int write(IoVector vector) {
        return EOPNOTSUPP;
    }

    @Override
    public int shutdownOutput() {
        return EOPNOTSUPP;
    }

    private SocketAddress resolved(Endpoint destination) {
        if (lastAddress == null || !lastDestination.equals(destination)) {
            lastDestination.set(destination);
            lastAddress = address(destination);
        }
        return lastAddress;
    }
}
