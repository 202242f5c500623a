package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A file of the epoll backend: regular, FIFO, device or terminal.
 */
final class EpollFile extends EpollDescriptor implements BackendFile {
    EpollFile(EpollBackend backend, int fd) {
        super(backend, fd);
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        int result;
        do {
            result = LinuxFiles.read(errno, fd, buffer.addressOffset() + offset, length);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        int result;
        do {
            result = LinuxFiles.write(errno, fd, buffer.addressOffset() + offset, length);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int read(IoVector vector) {
        int result;
        do {
            result = LinuxFiles.readv(errno, fd, vector.remaining(), vector.remainingCount());
        } while (result == EINTR);
        return result;
    }

    @Override
    public int write(IoVector vector) {
        int result;
        do {
            result = LinuxFiles.writev(errno, fd, vector.remaining(), vector.remainingCount());
        } while (result == EINTR);
        return result;
    }

    @Override
    public long seek(long offset, int whence) {
        return LinuxFiles.lseek(errno, fd, offset, whence);
    }
}
