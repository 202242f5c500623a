package io.sonic;

/**
 * How the kernel lays out {@code struct epoll_event}: packed on x86-64, naturally aligned everywhere else.
 *
 * @param stride     bytes from one event to the next.
 * @param dataOffset offset of the user's 64 bits; the mask of events is at 0.
 */
record EpollEventLayout(int stride, int dataOffset) {
    static final EpollEventLayout X86_64 = new EpollEventLayout(12, 4);
    static final EpollEventLayout AARCH64 = new EpollEventLayout(16, 8);

    static EpollEventLayout ofThisMachine() {
        return of(System.getProperty("os.arch"));
    }

    static EpollEventLayout of(String architecture) {
        EpollEventLayout layout = find(architecture);
        if (layout == null) {
            throw new UnsupportedOperationException(
                    "the epoll backend knows x86-64 and aarch64, not " + architecture);
        }
        return layout;
    }

    static boolean isKnown(String architecture) {
        return find(architecture) != null;
    }

    private static EpollEventLayout find(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> null;
        };
    }
}
