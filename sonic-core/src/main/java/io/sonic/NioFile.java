package io.sonic;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A regular file of the nio backend. Others would block the reactor's thread, and are refused.
 */
final class NioFile implements BackendFile {
    private final FileChannel channel;
    private final NioBuffers buffers = new NioBuffers();

    private NioFile(FileChannel channel) {
        this.channel = channel;
    }

    static NioFile open(String path, int flags) throws IOException {
        Path file = Path.of(path);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("the nio backend reads and writes regular files only: " + path);
        }
        try {
            return new NioFile(FileChannel.open(file, options(flags)));
        } catch (IllegalArgumentException e) {
            // Options that the JDK does not combine.
            throw new IOException("open " + path + ": the nio backend: " + e.getMessage(), e);
        } catch (IOException e) {
            throw Errno.fileException("open", path, -NioErrors.of(e));
        }
    }

    private static Set<OpenOption> options(int flags) {
        Set<StandardOpenOption> options = EnumSet.noneOf(StandardOpenOption.class);
        int access = flags & (LinuxFlags.O_WRONLY | LinuxFlags.O_RDWR);
        boolean appends = (flags & LinuxFlags.O_APPEND) != 0;
        if (access != LinuxFlags.O_WRONLY) {
            options.add(StandardOpenOption.READ);
        }
        if (access != LinuxFlags.O_RDONLY) {
            options.add(appends ? StandardOpenOption.APPEND : StandardOpenOption.WRITE);
        }
        if ((flags & LinuxFlags.O_EXCL) != 0) {
            options.add(StandardOpenOption.CREATE_NEW);
        } else if ((flags & LinuxFlags.O_CREAT) != 0) {
            options.add(StandardOpenOption.CREATE);
        }
        if ((flags & LinuxFlags.O_TRUNC) != 0) {
            options.add(StandardOpenOption.TRUNCATE_EXISTING);
        }
        return Set.copyOf(options);
    }

    @Override
    public int register(DescriptorChannel owner) {
        return -Errno.EPERM.number;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int length) {
        try {
            int result = channel.read(buffers.toFill(buffer, offset, length));
            buffers.filled(buffer, offset, result);
            return Math.max(0, result);
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int write(DirectBuffer buffer, int offset, int length) {
        try {
            return channel.write(buffers.toDrain(buffer, offset, length));
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public int read(IoVector vector) {
        int index = firstNotDone(vector);
        int done = index == vector.firstLeft() ? vector.doneOfFirst() : 0;
        return read((MutableDirectBuffer) vector.buffer(index), vector.offset(index) + done,
                vector.length(index) - done);
    }

    @Override
    public int write(IoVector vector) {
        int index = firstNotDone(vector);
        int done = index == vector.firstLeft() ? vector.doneOfFirst() : 0;
        return write(vector.buffer(index), vector.offset(index) + done, vector.length(index) - done);
    }

    @Override
    public long seek(long offset, int whence) {
        try {
            long position = whence == LinuxFlags.SEEK_SET ? offset : channel.position() + offset;
            if (position < 0) {
                return -Errno.EINVAL.number;
            }
            return channel.position(position).position();
        } catch (IOException | RuntimeException e) {
            return NioErrors.of(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // close(2): the descriptor is gone whatever the result, so there is nothing to repeat.
            return;
        }
    }

    /**
     * The first region that is neither done nor empty; something is left when this is asked.
     */
    private static int firstNotDone(IoVector vector) {
        int index = vector.firstLeft();
        while (vector.length(index) - (index == vector.firstLeft() ? vector.doneOfFirst() : 0) == 0) {
            index++;
        }
        return index;
    }
}
