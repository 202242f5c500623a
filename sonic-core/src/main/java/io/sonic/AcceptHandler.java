package io.sonic;

/**
 * Is told how an accept ended.
 */
@FunctionalInterface
public interface AcceptHandler {
    /**
     * Called once per accept, on the reactor's thread.
     *
     * @param status how it ended.
     * @param stream the accepted connection, the handler's to close; null unless the status is {@link IoStatus#OK}.
     */
    void onAccept(IoStatus status, TcpStream stream);
}
