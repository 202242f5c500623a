package io.sonic;

/**
 * Is told how the receipt or the sending of a batch of datagrams ended.
 */
@FunctionalInterface
public interface BatchHandler {
    /**
     * Called once per operation, on the reactor's thread.
     *
     * @param status how it ended.
     * @param count  datagrams that were received or sent, also when the status is not {@link IoStatus#OK}.
     */
    void onBatch(IoStatus status, int count);
}
