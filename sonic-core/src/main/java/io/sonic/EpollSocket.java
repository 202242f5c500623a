package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A socket of the epoll backend.
 */
final class EpollSocket extends EpollDescriptor implements BackendSocket {
    private final long scratchAddress;
    private final UnsafeBuffer scratchFields;
    private int acceptResult;
    private int optionResult;

    EpollSocket(EpollBackend backend, int fd) {
        super(backend, fd);
        this.scratchAddress = backend.scratchAddress;
        this.scratchFields = backend.scratch;
    }

    @Override
    public int bind(Endpoint local) {
        return LinuxSockets.bind(errno, fd, local.address(), local.length());
    }

    @Override
    public int connect(Endpoint remote) {
        int result = LinuxSockets.connect(errno, fd, remote.address(), remote.length());
        // connect(2): an interrupted connect goes on by itself.
        return result == EINTR ? -Errno.EINPROGRESS.number : result;
    }

    @Override
    public int finishConnect() {
        int result = getOption(LinuxSockets.SOL_SOCKET, LinuxSockets.SO_ERROR, Integer.BYTES);
        return result < 0 ? result : -scratchFields.getInt(0);
    }

    @Override
    public int listen(int backlog) {
        return LinuxSockets.listen(errno, fd, backlog);
    }

    @Override
    public BackendSocket accept(Endpoint remote) {
        int flags = LinuxSockets.SOCK_NONBLOCK | LinuxSockets.SOCK_CLOEXEC;
        int result;
        do {
            scratchFields.putInt(0, Endpoint.STORAGE_LENGTH);
            result = LinuxSockets.accept4(errno, fd, remote.address(), scratchAddress, flags);
        } while (result == EINTR);
        acceptResult = result;
        if (result < 0) {
            return null;
        }
        remote.length(scratchFields.getInt(0));
        return new EpollSocket(backend, result);
    }

    @Override
    public int acceptResult() {
        return acceptResult;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        int result;
        do {
            result = LinuxSockets.recv(errno, fd, buffer.addressOffset() + offset, length, 0);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        int result;
        do {
            result = LinuxSockets.send(
                    errno, fd, buffer.addressOffset() + offset, length, LinuxSockets.MSG_NOSIGNAL);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int receive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        long address = buffer.addressOffset() + offset;
        int result;
        do {
            scratchFields.putInt(0, Endpoint.STORAGE_LENGTH);
            result = LinuxSockets.recvfrom(
                    errno, fd, address, length, LinuxSockets.MSG_TRUNC, source.address(), scratchAddress);
        } while (result == EINTR);
        if (result >= 0) {
            source.length(scratchFields.getInt(0));
        }
        return result;
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        long address = buffer.addressOffset() + offset;
        int result;
        do {
            result = destination == null || !destination.isSet()
                    ? LinuxSockets.send(errno, fd, address, length, LinuxSockets.MSG_NOSIGNAL)
                    : LinuxSockets.sendto(errno, fd, address, length, LinuxSockets.MSG_NOSIGNAL,
                            destination.address(), destination.length());
        } while (result == EINTR);
        return result;
    }

    @Override
    public int read(IoVector vector) {
        long message = vector.messageHeader();
        int result;
        do {
            result = LinuxSockets.recvmsg(errno, fd, message, 0);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int write(IoVector vector) {
        long message = vector.messageHeader();
        int result;
        do {
            result = LinuxSockets.sendmsg(errno, fd, message, LinuxSockets.MSG_NOSIGNAL);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int receive(DatagramBatch batch) {
        long messages = batch.prepareReceive();
        int result;
        do {
            result = LinuxSockets.recvmmsg(errno, fd, messages, batch.capacity(), 0);
        } while (result == EINTR);
        batch.received(Math.max(0, result));
        return result;
    }

    @Override
    public int send(DatagramBatch batch, int first) {
        long messages = batch.prepareSend(first);
        int result;
        do {
            result = LinuxSockets.sendmmsg(errno, fd, messages, batch.count() - first, LinuxSockets.MSG_NOSIGNAL);
        } while (result == EINTR);
        batch.sent();
        return result;
    }

    @Override
    public <T> int setOption(SocketOption<T> option, T value) {
        int length = option.encode(value, scratchFields);
        return LinuxSockets.setsockopt(errno, fd, option.level(), option.number(), scratchAddress, length);
    }

    @Override
    public <T> T getOption(SocketOption<T> option) {
        optionResult = getOption(option.level(), option.number(), option.maxLength());
        return optionResult < 0 ? null : option.decode(scratchFields, optionResult);
    }

    @Override
    public int optionResult() {
        return optionResult;
    }

    @Override
    public int setOption(int level, int name, DirectBuffer value, int offset, int length) {
        return LinuxSockets.setsockopt(errno, fd, level, name, value.addressOffset() + offset, length);
    }

    @Override
    public int getOption(int level, int name, MutableDirectBuffer value, int offset, int length) {
        scratchFields.putInt(0, length);
        int result = LinuxSockets.getsockopt(errno, fd, level, name, value.addressOffset() + offset, scratchAddress);
        return result < 0 ? result : scratchFields.getInt(0);
    }

    @Override
    public int localEndpoint(Endpoint local) {
        scratchFields.putInt(0, Endpoint.STORAGE_LENGTH);
        int result = LinuxSockets.getsockname(errno, fd, local.address(), scratchAddress);
        local.length(result < 0 ? 0 : scratchFields.getInt(0));
        return result;
    }

    @Override
    public int remoteEndpoint(Endpoint remote) {
        scratchFields.putInt(0, Endpoint.STORAGE_LENGTH);
        int result = LinuxSockets.getpeername(errno, fd, remote.address(), scratchAddress);
        remote.length(result < 0 ? 0 : scratchFields.getInt(0));
        return result;
    }

    @Override
    public int shutdownOutput() {
        return LinuxSockets.shutdown(errno, fd, LinuxSockets.SHUT_WR);
    }

    /**
     * Reads an option to the beginning of the scratch memory, and returns its length.
     */
    private int getOption(int level, int name, int length) {
        int lengthOffset = SocketOption.MAX_LENGTH;
        scratchFields.putInt(lengthOffset, length);
        int result = LinuxSockets.getsockopt(
                errno, fd, level, name, scratchAddress, scratchAddress + lengthOffset);
        return result < 0 ? result : scratchFields.getInt(lengthOffset);
    }
}
