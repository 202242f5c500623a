package io.sonic;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/**
 * Finds the error number behind what {@code java.nio} throws, which has it in words only.
 */
final class NioErrors {
    private NioErrors() {
    }

    /**
     * The negated errno of an exception.
     */
    static int of(Exception thrown) {
        return -errno(thrown).number;
    }

    private static Errno errno(Exception thrown) {
        String message = thrown.getMessage() == null ? "" : thrown.getMessage();
        for (Errno errno : Errno.values()) {
            if (message.contains(errno.sentence())) {
                return errno;
            }
        }
        if (message.equals("Unix domain path too long")) {
            return Errno.ENAMETOOLONG;
        }
        return switch (thrown) {
            case ConnectException e -> message.contains("timed out") ? Errno.ETIMEDOUT : Errno.ECONNREFUSED;
            case NoRouteToHostException e -> Errno.EHOSTUNREACH;
            case BindException e -> Errno.EADDRINUSE;
            case PortUnreachableException e -> Errno.ECONNREFUSED;
            case ClosedChannelException e -> Errno.EBADF;
            case NonReadableChannelException e -> Errno.EBADF;
            case NonWritableChannelException e -> Errno.EBADF;
            case NoSuchFileException e -> Errno.ENOENT;
            case FileAlreadyExistsException e -> Errno.EEXIST;
            case AccessDeniedException e -> Errno.EACCES;
            case NotYetConnectedException e -> Errno.ENOTCONN;
            case UnsupportedAddressTypeException e -> Errno.EAFNOSUPPORT;
            case UnresolvedAddressException e -> Errno.EINVAL;
            case UnsupportedOperationException e -> Errno.ENOPROTOOPT;
            case IllegalArgumentException e -> Errno.EINVAL;
            case IOException e -> message.startsWith("Connection reset") ? Errno.ECONNRESET : Errno.EIO;
            default -> Errno.EIO;
        };
    }
}
