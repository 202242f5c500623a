package io.sonic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/**
 * A file: regular, FIFO, device or terminal. See {@code open(2)} and {@code fifo(7)}.
 *
 * <p>FIFOs, devices and terminals complete as the system makes them ready. A regular file is always ready: its
 * operations complete at once, in order, and a read that has to fetch from the disk keeps the thread for that long.
 * Its end is {@link IoStatus#END_OF_STREAM}; it has a {@link #position()}.
 *
 * <p>A FIFO that is opened for reading waits for its first writer, and ends when the last one is gone; opening one for
 * writing alone fails while it has no reader ({@code ENXIO}).
 */
public final class FileStream extends StreamChannel {
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_FIFO = 0010000;

    private final Path path;
    private BackendFile file;

    private FileStream(Reactor reactor, Path path) {
        super(reactor, new SocketOptions());
        this.path = path;
    }

    /**
     * Opens a file.
     *
     * @param reactor completes its operations.
     * @param path    of the file; {@code /dev/stdin} is the standard input.
     * @param options of {@link StandardOpenOption}: {@code READ} when none is given. {@code CREATE} gives the new file
     *                the permissions that the process's mask leaves; like {@code CREATE_NEW} and
     *                {@code TRUNCATE_EXISTING} it does nothing to a file that is only read. The {@code nio} backend
     *                cannot combine {@code APPEND} with {@code READ} or {@code TRUNCATE_EXISTING}.
     * @return a new stream, the caller's to close.
     * @throws IOException                   when the system refuses.
     * @throws UnsupportedOperationException for an option that is not {@code READ}, {@code WRITE}, {@code APPEND},
     *                                       {@code CREATE}, {@code CREATE_NEW} or {@code TRUNCATE_EXISTING}.
     */
    public static FileStream open(Reactor reactor, Path path, OpenOption... options) throws IOException {
        int flags = flags(options);
        FileStream stream = new FileStream(reactor, path);
        try {
            stream.open(flags);
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }

    /**
     * Where the next operation on a regular file begins.
     *
     * @return offset in bytes.
     * @throws IOException when the file has no position.
     */
    public long position() throws IOException {
        return seek(0, LinuxFlags.SEEK_CUR);
    }

    /**
     * Has the next operation on a regular file begin somewhere else.
     *
     * @param offset in bytes from the beginning; it may be past the end.
     * @throws IOException           when the file has no position, or the offset is negative.
     * @throws IllegalStateException when an operation is in flight.
     */
    public void position(long offset) throws IOException {
        read.checkIdle();
        write.checkIdle();
        seek(offset, LinuxFlags.SEEK_SET);
    }

    /**
     * Not for files: they have no direction of their own to shut down.
     *
     * @throws UnsupportedOperationException always.
     */
    @Override
    public void shutdownOutput() {
        throw new UnsupportedOperationException("a file cannot be shut down in one direction: " + path);
    }

    @Override
    public String toString() {
        return "FileStream " + path;
    }

    @Override
    void checkUsable() {
        checkOpen();
    }

    @Override
    Operation writer() {
        return write;
    }

    @Override
    String subject() {
        return path.toString();
    }

    @Override
    IOException exception(String call, int number) {
        return Errno.fileException(call, subject(), number);
    }

    private void open(int flags) throws IOException {
        if (Files.isDirectory(path)) {
            // The system lets directories be opened, and refuses to read them.
            throw exception("open", Errno.EISDIR.number);
        }
        file = reactor.system().openFile(path.toString(), flags);
        descriptor = file;
        int result = file.register(this);
        if (result == -Errno.EPERM.number) {
            alwaysReady = true;
            readable = true;
        } else if (result < 0) {
            throw exception("epoll_ctl", -result);
        } else {
            boolean fifo = ((int) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == TYPE_FIFO;
            // A FIFO without a writer would read as ended; the first writer is an edge.
            readable = !fifo;
            drainsWhole = !fifo;
        }
        writable = true;
    }

    private long seek(long offset, int whence) throws IOException {
        checkOpen();
        long result = file.seek(offset, whence);
        if (result < 0) {
            throw exception("lseek", (int) -result);
        }
        return result;
    }

    private static int flags(OpenOption... options) {
        Set<StandardOpenOption> set = EnumSet.noneOf(StandardOpenOption.class);
        for (OpenOption option : options) {
            if (!(option instanceof StandardOpenOption standard)) {
                throw new UnsupportedOperationException("unknown option: " + option);
            }
            set.add(standard);
        }
        boolean writes = set.contains(StandardOpenOption.WRITE) || set.contains(StandardOpenOption.APPEND);
        boolean reads = set.contains(StandardOpenOption.READ) || !writes;
        int flags = reads && writes ? LinuxFlags.O_RDWR : writes ? LinuxFlags.O_WRONLY : LinuxFlags.O_RDONLY;
        for (StandardOpenOption option : set) {
            flags |= switch (option) {
                case READ, WRITE -> 0;
                case APPEND -> LinuxFlags.O_APPEND;
                case CREATE -> writes ? LinuxFlags.O_CREAT : 0;
                case CREATE_NEW -> writes ? LinuxFlags.O_CREAT | LinuxFlags.O_EXCL : 0;
                case TRUNCATE_EXISTING -> writes ? LinuxFlags.O_TRUNC : 0;
                default -> throw new UnsupportedOperationException("not for a stream: " + option);
            };
        }
        return flags;
    }
}
