package io.sonic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/**
 * Readiness from {@code java.nio.channels}: for systems other than Linux, and where native calls are denied.
 *
 * <p>A selector reports levels. To report edges, as the seam asks, a key's interest is taken back when it is reported,
 * and set again by the socket when an operation on it finds nothing (more) to do.
 */
final class NioBackend implements Backend {
    private static final long NS_PER_MS = 1_000_000;
    /**
     * The JDK does not tell that a datagram was cut, so each is received into this, which the longest one fits.
     */
    private static final int LONGEST_DATAGRAM = 65_535;

    private final Selector selector;
    private ByteBuffer datagram;
    private final Consumer<SelectionKey> report = NioBackend::report;

    NioBackend() throws IOException {
        selector = Selector.open();
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean supports(Capability capability) {
        return switch (capability) {
            case UNIX_STREAMS -> true;
            case UNIX_DATAGRAMS, SPECIAL_FILES, RAW_OPTIONS, NANOSECOND_WAITS -> false;
        };
    }

    @Override
    public void await(long timeoutNs) {
        // A selector does not wait on a thread that is interrupted; the reactor leaves that to its user.
        boolean interrupted = timeoutNs != 0 && Thread.interrupted();
        try {
            if (timeoutNs == 0) {
                selector.selectNow(report);
            } else {
                // 0 milliseconds would wait for ever.
                selector.select(report, timeoutNs < 0 ? 0 : Math.max(1, (timeoutNs + NS_PER_MS - 1) / NS_PER_MS));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the selector failed", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void wake() {
        selector.wakeup();
    }

    @Override
    public BackendSocket open(AddressFamily family, boolean stream) throws IOException {
        if (stream) {
            return new NioStreamSocket(this, family);
        }
        if (family == AddressFamily.UNIX) {
            throw new IOException("the nio backend has no datagrams of the unix domain");
        }
        return new NioDatagramSocket(this, family);
    }

    @Override
    public BackendFile openFile(String path, int flags) throws IOException {
        return NioFile.open(path, flags);
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException("the selector failed", e);
        }
    }

    /**
     * Registers a channel; nothing is of interest until an operation waits.
     */
    SelectionKey register(SelectableChannel channel, int interest, DescriptorChannel owner) throws IOException {
        return channel.register(selector, interest, owner);
    }

    /**
     * Room for any datagram, which all sockets of the reactor's thread share.
     */
    ByteBuffer datagram() {
        if (datagram == null) {
            datagram = ByteBuffer.allocateDirect(LONGEST_DATAGRAM);
        }
        return datagram.clear();
    }

    /**
     * Has the selector forget the keys that were cancelled; only then does the system release their descriptors.
     */
    void forgetCancelled() {
        try {
            selector.selectNow(report);
        } catch (IOException e) {
            throw new IllegalStateException("the selector failed", e);
        }
    }

    private static void report(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        int readyOps = key.readyOps();
        key.interestOpsAnd(~readyOps);
        boolean readable = (readyOps & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0;
        boolean writable = (readyOps & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0;
        ((DescriptorChannel) key.attachment()).onReadiness(
                (readable ? DescriptorChannel.READABLE : 0) | (writable ? DescriptorChannel.WRITABLE : 0));
    }
}
