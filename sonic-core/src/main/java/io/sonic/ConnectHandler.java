package io.sonic;

/**
 * Is told how a connect ended.
 */
@FunctionalInterface
public interface ConnectHandler {
    /**
     * Called once per connect, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK}, {@link IoStatus#TIMED_OUT}, {@link IoStatus#CANCELLED},
     *               {@link IoStatus#CLOSED} or {@link IoStatus#FAILED}; {@link Channel#failure()} says what was tried
     *               and why it failed.
     */
    void onConnect(IoStatus status);
}
