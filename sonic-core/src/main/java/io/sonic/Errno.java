package io.sonic;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/**
 * The error numbers of Linux that a program meets on sockets and files, with their names and sentences. See
 * {@code errno(3)}.
 */
enum Errno {
    EPERM(1, "Operation not permitted"),
    ENOENT(2, "No such file or directory"),
    EINTR(4, "Interrupted system call"),
    EIO(5, "Input/output error"),
    ENXIO(6, "No such device or address"),
    EBADF(9, "Bad file descriptor"),
    EAGAIN(11, "Resource temporarily unavailable"),
    ENOMEM(12, "Cannot allocate memory"),
    EACCES(13, "Permission denied"),
    EFAULT(14, "Bad address"),
    EBUSY(16, "Device or resource busy"),
    EEXIST(17, "File exists"),
    ENODEV(19, "No such device"),
    ENOTDIR(20, "Not a directory"),
    EISDIR(21, "Is a directory"),
    EINVAL(22, "Invalid argument"),
    ENFILE(23, "Too many open files in system"),
    EMFILE(24, "Too many open files"),
    ETXTBSY(26, "Text file busy"),
    EFBIG(27, "File too large"),
    ENOSPC(28, "No space left on device"),
    ESPIPE(29, "Illegal seek"),
    EROFS(30, "Read-only file system"),
    EPIPE(32, "Broken pipe"),
    ENAMETOOLONG(36, "File name too long"),
    ENOSYS(38, "Function not implemented"),
    ELOOP(40, "Too many levels of symbolic links"),
    EPROTO(71, "Protocol error"),
    ENOTSOCK(88, "Socket operation on non-socket"),
    EDESTADDRREQ(89, "Destination address required"),
    EMSGSIZE(90, "Message too long"),
    EPROTOTYPE(91, "Protocol wrong type for socket"),
    ENOPROTOOPT(92, "Protocol not available"),
    EPROTONOSUPPORT(93, "Protocol not supported"),
    EOPNOTSUPP(95, "Operation not supported"),
    EAFNOSUPPORT(97, "Address family not supported by protocol"),
    EADDRINUSE(98, "Address already in use"),
    EADDRNOTAVAIL(99, "Cannot assign requested address"),
    ENETDOWN(100, "Network is down"),
    ENETUNREACH(101, "Network is unreachable"),
    ENETRESET(102, "Network dropped connection on reset"),
    ECONNABORTED(103, "Software caused connection abort"),
    ECONNRESET(104, "Connection reset by peer"),
    ENOBUFS(105, "No buffer space available"),
    EISCONN(106, "Transport endpoint is already connected"),
    ENOTCONN(107, "Transport endpoint is not connected"),
    ETIMEDOUT(110, "Connection timed out"),
    ECONNREFUSED(111, "Connection refused"),
    EHOSTDOWN(112, "Host is down"),
    EHOSTUNREACH(113, "No route to host"),
    EALREADY(114, "Operation already in progress"),
    EINPROGRESS(115, "Operation now in progress"),
    ECANCELED(125, "Operation canceled");

    private static final Errno[] BY_NUMBER = byNumber();

    final int number;
    private final String sentence;

    Errno(int number, String sentence) {
        this.number = number;
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }

    /**
     * Formats {@code Connection refused (ECONNREFUSED)}.
     */
    static String describe(int number) {
        Errno errno = number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
        return errno == null ? "error " + number : errno.sentence + " (" + errno + ")";
    }

    /**
     * Creates the exception of the JDK's type for an error.
     *
     * @param call    the system call that failed.
     * @param subject what it was tried on.
     * @param number  errno.
     */
    static IOException exception(String call, String subject, int number) {
        String message = call + " " + subject + ": " + describe(number);
        if (number == ETIMEDOUT.number && !call.equals("connect")) {
            return new SocketTimeoutException(message);
        }
        if (number == ECONNREFUSED.number || number == ETIMEDOUT.number) {
            return new ConnectException(message);
        }
        if (number == EADDRINUSE.number || number == EADDRNOTAVAIL.number) {
            return new BindException(message);
        }
        if (number == ENETUNREACH.number || number == EHOSTUNREACH.number) {
            return new NoRouteToHostException(message);
        }
        if (number == ENOENT.number) {
            return new FileNotFoundException(message);
        }
        return new SocketException(message);
    }

    /**
     * The same for what is no socket.
     */
    static IOException fileException(String call, String path, int number) {
        String message = call + " " + path + ": " + describe(number);
        return number == ENOENT.number ? new FileNotFoundException(message) : new IOException(message);
    }

    /**
     * Finds the number that an exception of this class was made for.
     *
     * @return errno, or 0 when the exception comes from elsewhere.
     */
    static int numberOf(IOException exception) {
        for (Errno errno : values()) {
            if (exception.getMessage() != null && exception.getMessage().endsWith(describe(errno.number))) {
                return errno.number;
            }
        }
        return 0;
    }

    private static Errno[] byNumber() {
        Errno[] all = new Errno[ECANCELED.number + 1];
        for (Errno errno : values()) {
            all[errno.number] = errno;
        }
        return all;
    }
}
