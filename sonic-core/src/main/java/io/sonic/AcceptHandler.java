package io.sonic;

/**
 * Is told how an accept ended.
 *
 * @param <S> the streams that the listener accepts.
 */
@FunctionalInterface
public interface AcceptHandler<S extends Stream> {
    /**
     * Called once per accept, on the reactor's thread.
     *
     * @param status how it ended.
     * @param stream the accepted connection, the handler's to close; null unless the status is {@link IoStatus#OK}.
     */
    void onAccept(IoStatus status, S stream);
}
