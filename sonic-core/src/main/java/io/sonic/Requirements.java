package io.sonic;

import org.agrona.MutableDirectBuffer;

/**
 * What the JVM must have been started with.
 */
final class Requirements {
    private static final String NATIVE_ACCESS =
            "Sonic calls the system through java.lang.foreign: start the JVM with --enable-native-access=%s";
    private static final String EXPORTED_UNSAFE =
            "Agrona, which Sonic uses, needs one more JVM flag: --add-exports java.base/jdk.internal.misc=%s";

    private Requirements() {
    }

    /**
     * Says which flag is missing.
     *
     * @throws IllegalStateException when one is.
     */
    static void check() {
        Module sonic = Requirements.class.getModule();
        Module agrona = MutableDirectBuffer.class.getModule();
        if (!sonic.isNativeAccessEnabled()) {
            throw new IllegalStateException(String.format(NATIVE_ACCESS, flagName(sonic)));
        }
        if (!Object.class.getModule().isExported("jdk.internal.misc", agrona)) {
            throw new IllegalStateException(String.format(EXPORTED_UNSAFE, flagName(agrona)));
        }
    }

    private static String flagName(Module module) {
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }
}
