package io.sonic;

/**
 * Is told how the receipt of a datagram ended.
 */
@FunctionalInterface
public interface ReceiveHandler {
    /**
     * Called once per receive, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK}, {@link IoStatus#TRUNCATED} when the datagram was longer than the buffer, or
     *               why there is none.
     * @param length bytes in the buffer; 0 with {@code OK} is an empty datagram.
     * @param source who sent it; the socket's own object, valid during the call: copy what must stay.
     */
    void onReceive(IoStatus status, int length, Endpoint source);
}
