package io.sonic;

import java.io.IOException;
import java.util.Locale;

/**
 * What a reactor is built on; see {@link Reactor.Context#backend(BackendType)}.
 */
public enum BackendType {
    /**
     * {@link #EPOLL} on Linux on x86-64 and aarch64, unless native calls are denied to the process
     * ({@code --illegal-native-access=deny}); else {@link #NIO}.
     */
    AUTO {
        @Override
        BackendType choose() {
            return of(System.getProperty("os.name"), System.getProperty("os.arch"),
                    Requirements.isNativeAccessDenied());
        }

        @Override
        Backend open(Reactor.Context context) {
            throw new AssertionError("a backend has to be chosen first");
        }
    },
    /**
     * System calls of Linux on x86-64 and aarch64, through {@code java.lang.foreign}.
     */
    EPOLL {
        @Override
        Backend open(Reactor.Context context) throws IOException {
            Requirements.checkNativeAccess();
            return new EpollBackend(context.maxEventsPerTurn());
        }
    },
    /**
     * {@code java.nio.channels}: anywhere, slower, and with less, see {@link Reactor#supports(Capability)}.
     */
    NIO {
        @Override
        Backend open(Reactor.Context context) throws IOException {
            return new NioBackend();
        }
    };

    /**
     * The system property that chooses a backend for reactors that are opened without one: {@code auto}, {@code epoll}
     * or {@code nio}.
     */
    public static final String PROPERTY = "io.sonic.backend";

    BackendType choose() {
        return this;
    }

    abstract Backend open(Reactor.Context context) throws IOException;

    static BackendType of(String system, String architecture, boolean nativeAccessDenied) {
        return system.equals("Linux") && EpollEventLayout.isKnown(architecture) && !nativeAccessDenied ? EPOLL : NIO;
    }

    static BackendType ofProperty() {
        String name = System.getProperty(PROPERTY, "auto");
        for (BackendType type : values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("the system property " + PROPERTY + " must be auto, epoll or nio: " + name);
    }
}
