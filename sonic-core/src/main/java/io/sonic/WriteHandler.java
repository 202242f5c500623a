package io.sonic;

/**
 * Is told how a write ended.
 */
@FunctionalInterface
public interface WriteHandler {
    /**
     * Called once per write, on the reactor's thread.
     *
     * @param status how it ended.
     * @param length bytes that were written, also when the status is not {@link IoStatus#OK}.
     */
    void onWrite(IoStatus status, int length);
}
