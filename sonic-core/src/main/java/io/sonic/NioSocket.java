package io.sonic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What the sockets of the nio backend have in common.
 */
abstract class NioSocket implements BackendSocket {
    static final int EAGAIN = -Errno.EAGAIN.number;
    static final int EINPROGRESS = -Errno.EINPROGRESS.number;
    static final int EOPNOTSUPP = -Errno.EOPNOTSUPP.number;
    static final int ENOPROTOOPT = -Errno.ENOPROTOOPT.number;

    final NioBackend backend;
    final AddressFamily family;
    final NioBuffers buffers = new NioBuffers();
    SelectionKey key;
    int optionResult;

    NioSocket(NioBackend backend, AddressFamily family) {
        this.backend = backend;
        this.family = family;
    }

    /**
     * The channel, or null when nothing has decided yet which kind it is.
     */
    abstract SelectableChannel channel();

    /**
     * Has the next readiness be reported.
     */
    final void await(int operations) {
        if (key != null) {
            key.interestOpsOr(operations);
        }
    }

    @Override
    public int register(DescriptorChannel owner) {
        try {
            key = backend.register(channel(), firstInterest(), owner);
            return 0;
        } catch (IOException e) {
            return NioErrors.of(e);
        }
    }

    /**
     * What is of interest before the first operation.
     */
    abstract int firstInterest();

    @Override
    public final int setOption(int level, int name, DirectBuffer value, int offset, int length) {
        return ENOPROTOOPT;
    }

    @Override
    public final int getOption(int level, int name, MutableDirectBuffer value, int offset, int length) {
        return ENOPROTOOPT;
    }

    @Override
    public final int optionResult() {
        return optionResult;
    }

    @Override
    public final void close() {
        SelectableChannel channel = channel();
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // close(2): the descriptor is gone whatever the result, so there is nothing to repeat.
            return;
        } finally {
            if (key != null) {
                backend.forgetCancelled();
            }
        }
    }

    static StandardProtocolFamily family(AddressFamily family) {
        return switch (family) {
            case UNIX -> StandardProtocolFamily.UNIX;
            case IPV4 -> StandardProtocolFamily.INET;
            case IPV6 -> StandardProtocolFamily.INET6;
        };
    }

    static SocketAddress address(Endpoint endpoint) {
        return endpoint.isUnix() ? endpoint.toUnixDomainSocketAddress() : endpoint.toInetSocketAddress();
    }

    static void set(Endpoint endpoint, SocketAddress address) {
        switch (address) {
            case InetSocketAddress inet -> endpoint.set(inet);
            case UnixDomainSocketAddress unix -> endpoint.set(unix);
            case null, default -> endpoint.clear();
        }
    }
}
