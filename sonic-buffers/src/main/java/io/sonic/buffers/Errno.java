package io.sonic.buffers;

/**
 * The error numbers that calls about memory return; see errno(3).
 */
final class Errno {
    static final int EPERM = 1;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EFAULT = 14;
    static final int EINVAL = 22;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int ENOSYS = 38;

    private Errno() {
    }

    static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM (1), operation not permitted";
            case EAGAIN -> "EAGAIN (11), too much memory is locked";
            case ENOMEM -> "ENOMEM (12), no memory, or too many mappings (vm.max_map_count)";
            case EACCES -> "EACCES (13), permission denied";
            case EFAULT -> "EFAULT (14), bad address";
            case EINVAL -> "EINVAL (22), invalid argument";
            case ENFILE -> "ENFILE (23), too many open files in the system";
            case EMFILE -> "EMFILE (24), too many open files in this process (RLIMIT_NOFILE)";
            case ENOSYS -> "ENOSYS (38), the kernel does not have this call";
            default -> "errno " + errno;
        };
    }
}
