package io.sonic.buffers;

/**
 * Finds out, once, whether memory can be mapped twice here.
 */
final class MirrorSupport {
    /**
     * Why it cannot; empty when it can.
     */
    static final String REFUSAL = probe(System.getProperty("os.name"));

    private MirrorSupport() {
    }

    private static String probe(String system) {
        if (!"Linux".equals(system)) {
            return "a mirrored buffer needs Linux; this is " + system;
        }
        try {
            new LinuxMemory(); // binds the calls
            return "";
        } catch (LinkageError e) {
            Throwable reason = e;
            while (reason.getCause() != null) {
                reason = reason.getCause();
            }
            return "a mirrored buffer needs native access (--enable-native-access=ALL-UNNAMED): " + reason.getMessage();
        }
    }
}
