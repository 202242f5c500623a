package io.sonic;

/**
 * An open file of a backend. Registering a regular file answers {@code -EPERM}: it is always ready.
 */
interface BackendFile extends BackendDescriptor {
    /**
     * Moves the position, see {@code lseek(2)}.
     *
     * @return the new position, or the negated errno.
     */
    long seek(long offset, int whence);
}
