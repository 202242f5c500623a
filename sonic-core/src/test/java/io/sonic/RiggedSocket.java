package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A real socket whose calls are counted and made to fail by its backend.
 */
final class RiggedSocket implements BackendSocket {
    /**
     * Who is told of readiness; a test may tell it more.
     */
    DescriptorChannel channel;
    boolean closed;

    private final RiggedBackend backend;
    private final BackendSocket socket;
    private int acceptResult;
    private int optionResult;

    RiggedSocket(RiggedBackend backend, BackendSocket socket) {
        this.backend = backend;
        this.socket = socket;
    }

    @Override
    public int register(DescriptorChannel newChannel) {
        channel = newChannel;
        int failure = backend.made("register");
        return failure != 0 ? failure : socket.register(newChannel);
    }

    @Override
    public int bind(Endpoint local) {
        int failure = backend.made("bind");
        return failure != 0 ? failure : socket.bind(local);
    }

    @Override
    public int connect(Endpoint remote) {
        int failure = backend.made("connect");
        return failure != 0 ? failure : socket.connect(remote);
    }

    @Override
    public int finishConnect() {
        int failure = backend.made("finishConnect");
        return failure != 0 ? failure : socket.finishConnect();
    }

    @Override
    public int listen(int backlog) {
        int failure = backend.made("listen");
        return failure != 0 ? failure : socket.listen(backlog);
    }

    @Override
    public BackendSocket accept(Endpoint remote) {
        acceptResult = backend.made("accept");
        if (acceptResult != 0) {
            return null;
        }
        BackendSocket accepted = socket.accept(remote);
        acceptResult = socket.acceptResult();
        return accepted == null ? null : backend.rig(accepted);
    }

    @Override
    public int acceptResult() {
        return acceptResult;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        int failure = backend.made("read");
        return failure != 0 ? failure : socket.read(buffer, offset, length);
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        int failure = backend.made("write");
        return failure != 0 ? failure : socket.write(buffer, offset, length);
    }

    @Override
    public int receive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        int failure = backend.made("receive");
        return failure != 0 ? failure : socket.receive(buffer, offset, length, source);
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        int failure = backend.made("send");
        return failure != 0 ? failure : socket.send(buffer, offset, length, destination);
    }

    @Override
    public int read(IoVector vector) {
        int failure = backend.made("read");
        return failure != 0 ? failure : socket.read(vector);
    }

    @Override
    public int write(IoVector vector) {
        int failure = backend.made("write");
        int most = backend.nextLength();
        if (failure != 0 || most == Integer.MAX_VALUE) {
            return failure != 0 ? failure : socket.write(vector);
        }
        UnsafeBuffer beginning = Buffers.allocate(most);
        int length = 0;
        for (int i = vector.firstLeft(); i < vector.count(); i++) {
            int done = i == vector.firstLeft() ? vector.doneOfFirst() : 0;
            int taken = Math.min(most - length, vector.length(i) - done);
            beginning.putBytes(length, vector.buffer(i), vector.offset(i) + done, taken);
            length += taken;
        }
        return socket.write(beginning, 0, length);
    }

    @Override
    public int receive(DatagramBatch batch) {
        int failure = backend.made("receive");
        return failure != 0 ? failure : socket.receive(batch);
    }

    @Override
    public int send(DatagramBatch batch, int first) {
        int failure = backend.made("send");
        return failure != 0 ? failure : socket.send(batch, first);
    }

    @Override
    public <T> int setOption(SocketOption<T> option, T value) {
        int failure = backend.made("setOption");
        return failure != 0 ? failure : socket.setOption(option, value);
    }

    @Override
    public <T> T getOption(SocketOption<T> option) {
        optionResult = backend.made("getOption");
        if (optionResult != 0) {
            return null;
        }
        T value = socket.getOption(option);
        optionResult = socket.optionResult();
        return value;
    }

    @Override
    public int optionResult() {
        return optionResult;
    }

    @Override
    public int setOption(int level, int name, DirectBuffer value, int offset, int length) {
        int failure = backend.made("setOption");
        return failure != 0 ? failure : socket.setOption(level, name, value, offset, length);
    }

    @Override
    public int getOption(int level, int name, MutableDirectBuffer value, int offset, int length) {
        int failure = backend.made("getOption");
        return failure != 0 ? failure : socket.getOption(level, name, value, offset, length);
    }

    @Override
    public int localEndpoint(Endpoint local) {
        int failure = backend.made("localEndpoint");
        return failure != 0 ? failure : socket.localEndpoint(local);
    }

    @Override
    public int remoteEndpoint(Endpoint remote) {
        int failure = backend.made("remoteEndpoint");
        return failure != 0 ? failure : socket.remoteEndpoint(remote);
    }

    @Override
    public int shutdownOutput() {
        int failure = backend.made("shutdownOutput");
        return failure != 0 ? failure : socket.shutdownOutput();
    }

    @Override
    public void close() {
        if (closed) {
            throw new AssertionError("a descriptor is closed twice");
        }
        closed = true;
        socket.close();
    }
}
