package io.sonic;

/**
 * Is told how a read ended.
 */
@FunctionalInterface
public interface ReadHandler {
    /**
     * Called once per read, on the reactor's thread.
     *
     * @param status how it ended.
     * @param length bytes that were read, also when the status is not {@link IoStatus#OK}.
     */
    void onRead(IoStatus status, int length);
}
