package io.sonic;

import java.io.IOException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What sockets add to a channel: options and addresses.
 */
abstract class SocketBase extends DescriptorChannel {
    final SocketOptions options;
    /**
     * The descriptor as what it is.
     */
    BackendSocket socket;

    SocketBase(Reactor reactor, SocketOptions options) {
        super(reactor);
        this.options = SocketOptions.copyOf(options);
    }

    final <T> void setOption(SocketOption<T> option, T value) throws IOException {
        int result = socket.setOption(option, option.check(value));
        if (result < 0) {
            throw Errno.exception("setsockopt", option.name() + " = " + value + " of " + subject(), -result);
        }
    }

    final <T> T getOption(SocketOption<T> option) throws IOException {
        T value = socket.getOption(option);
        if (value == null) {
            throw Errno.exception("getsockopt", option.name() + " of " + subject(), -socket.optionResult());
        }
        return value;
    }

    final void setRawOption(int level, int name, DirectBuffer value, int offset, int length) throws IOException {
        Channel.checkRegion(value, offset, length);
        int result = socket.setOption(level, name, value, offset, length);
        if (result < 0) {
            throw refused("setsockopt", level, name, -result);
        }
    }

    final int getRawOption(int level, int name, MutableDirectBuffer value, int offset, int length) throws IOException {
        Channel.checkRegion(value, offset, length);
        int result = socket.getOption(level, name, value, offset, length);
        if (result < 0) {
            throw refused("getsockopt", level, name, -result);
        }
        return result;
    }

    /**
     * Remembers and describes an option by numbers that was refused; who knows the option can say more about the errno.
     */
    private IOException refused(String call, int level, int name, int number) {
        IOException refusal = Errno.exception(call, level + "/" + name + " of " + subject(), number);
        failed(refusal, number);
        return refusal;
    }

    /**
     * Opens the descriptor, applies the options, and binds it where an address is given. On failure nothing is left
     * open.
     */
    final void openSocket(AddressFamily family, boolean stream, Endpoint local) throws IOException {
        useSocket(reactor.system().open(family, stream));
        try {
            options.applyTo(socket);
            if (local != null) {
                int result = socket.bind(local);
                if (result < 0) {
                    throw Errno.exception("bind", local.toString(), -result);
                }
            }
        } catch (IOException | RuntimeException e) {
            closeDescriptor();
            throw e;
        }
    }

    final void useSocket(BackendSocket opened) {
        socket = opened;
        descriptor = opened;
    }

    @Override
    final void closeDescriptor() {
        super.closeDescriptor();
        socket = null;
    }

    final void register() throws IOException {
        int result = socket.register(this);
        if (result < 0) {
            closeDescriptor();
            throw Errno.exception("epoll_ctl", subject(), -result);
        }
    }

    /**
     * The address that the system gave, or null when there is none.
     */
    final Endpoint boundEndpoint() {
        assert reactor.checkOwnThread();
        if (socket == null) {
            return null;
        }
        Endpoint local = new Endpoint();
        return socket.localEndpoint(local) < 0 ? null : local;
    }
}
