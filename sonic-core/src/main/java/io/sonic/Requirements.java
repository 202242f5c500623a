package io.sonic;

import java.lang.management.ManagementFactory;
import org.agrona.MutableDirectBuffer;

/**
 * What the JVM must have been started with.
 */
final class Requirements {
    private static final String NATIVE_ACCESS =
            "Sonic calls the system through java.lang.foreign: start the JVM with --enable-native-access=%s";
    private static final String EXPORTED_UNSAFE =
            "Agrona, which Sonic uses, needs one more JVM flag: --add-exports java.base/jdk.internal.misc=%s";
    private static final String DENIED = "--illegal-native-access=deny";

    private Requirements() {
    }

    /**
     * Says which flag is missing that every backend needs.
     *
     * @throws IllegalStateException when it is.
     */
    static void checkAgrona() {
        Module agrona = MutableDirectBuffer.class.getModule();
        if (!Object.class.getModule().isExported("jdk.internal.misc", agrona)) {
            throw new IllegalStateException(String.format(EXPORTED_UNSAFE, flagName(agrona)));
        }
    }

    /**
     * Says which flag is missing that native calls need.
     *
     * @throws IllegalStateException when it is.
     */
    static void checkNativeAccess() {
        Module sonic = Requirements.class.getModule();
        if (!sonic.isNativeAccessEnabled()) {
            throw new IllegalStateException(String.format(NATIVE_ACCESS, flagName(sonic)));
        }
    }

    /**
     * Tells whether somebody decided that there shall be no native calls, which is more than a flag forgotten.
     */
    static boolean isNativeAccessDenied() {
        return !Requirements.class.getModule().isNativeAccessEnabled()
                && ManagementFactory.getRuntimeMXBean().getInputArguments().contains(DENIED);
    }

    private static String flagName(Module module) {
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }
}
