package io.sonic;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Addresses of the unix domain that the JDK has no form for, and sockets that have them.
 */
final class UnixAddresses {
    private UnixAddresses() {
    }

    /**
     * A path in a directory that has just so many bytes.
     */
    static UnixDomainSocketAddress ofLength(Path directory, int length) {
        String prefix = directory + "/";
        return UnixDomainSocketAddress.of(prefix + "x".repeat(length - prefix.length()));
    }

    /**
     * A name in the kernel's memory, without a file. See {@code unix(7)}.
     */
    static Endpoint ofAbstractName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment storage = Arena.ofAuto().allocate(Endpoint.STORAGE_LENGTH, Long.BYTES);
        Endpoint endpoint = new Endpoint(storage);
        storage.set(ValueLayout.JAVA_SHORT, 0, (short) AddressFamily.UNIX.number);
        MemorySegment.copy(bytes, 0, storage, ValueLayout.JAVA_BYTE, 3, bytes.length);
        endpoint.length(3 + bytes.length);
        return endpoint;
    }

    /**
     * A socket of the kernel with an address of its own.
     */
    record Named(int fd) implements AutoCloseable {
        private static final MemorySegment ERRNO = NativeCalls.newErrno();
        private static final int MSGHDR_LENGTH = 56;
        private static final int IOVEC_LENGTH = 16;
        private static final int CMSG_SPACE = 24;
        private static final int SCM_RIGHTS = 1;

        static Named bind(int type, Endpoint local) {
            Named socket = new Named(check(LinuxSockets.socket(ERRNO, AddressFamily.UNIX.number, type, 0)));
            check(LinuxSockets.bind(ERRNO, socket.fd, local.address(), local.length()));
            return socket;
        }

        void connect(Endpoint remote) {
            check(LinuxSockets.connect(ERRNO, fd, remote.address(), remote.length()));
        }

        void send(String text, Endpoint remote) {
            UnsafeBuffer buffer = Buffers.of(text);
            check(LinuxSockets.sendto(
                    ERRNO, fd, buffer.addressOffset(), buffer.capacity(), 0, remote.address(), remote.length()));
        }

        /**
         * Sends text, and passes the own descriptor along. See {@code cmsg(3)}.
         */
        void sendWithDescriptor(String text) {
            UnsafeBuffer bytes = Buffers.of(text);
            UnsafeBuffer message = Buffers.allocate(MSGHDR_LENGTH + IOVEC_LENGTH + CMSG_SPACE);
            long iovec = message.addressOffset() + MSGHDR_LENGTH;
            int control = MSGHDR_LENGTH + IOVEC_LENGTH;
            message.putLong(16, iovec);
            message.putLong(24, 1);
            message.putLong(32, message.addressOffset() + control);
            message.putLong(40, CMSG_SPACE);
            message.putLong(MSGHDR_LENGTH, bytes.addressOffset());
            message.putLong(MSGHDR_LENGTH + 8, bytes.capacity());
            message.putLong(control, 16 + Integer.BYTES);
            message.putInt(control + 8, LinuxSockets.SOL_SOCKET);
            message.putInt(control + 12, SCM_RIGHTS);
            message.putInt(control + 16, fd);
            check(LinuxSockets.sendmsg(ERRNO, fd, message.addressOffset(), 0));
        }

        @Override
        public void close() {
            LinuxSockets.close(ERRNO, fd);
        }

        private static int check(int result) {
            if (result < 0) {
                throw new AssertionError(Errno.describe(-result));
            }
            return result;
        }
    }
}
