package io.sonic.websocket;

import java.io.IOException;
import org.agrona.DirectBuffer;

/**
 * Is told what happens in a {@link WebSocketSession}. All of it on the reactor's thread; every call may use the
 * session, also {@link WebSocketSession#reconnect()} and {@link WebSocketSession#close()}.
 */
public interface SessionHandler {
    /**
     * A message has come.
     *
     * <p><b>Ownership</b>: the buffer is the connection's own. The range given is valid, and may be read, until this
     * call returns; copy what must stay.
     *
     * @param type   {@link Opcode#TEXT}, which is valid UTF-8, or {@link Opcode#BINARY}.
     * @param buffer holds the message.
     * @param offset of the first byte of the message.
     * @param length of the message in bytes; may be 0.
     */
    void onMessage(Opcode type, DirectBuffer buffer, int offset, int length);

    /**
     * A new connection carries the session from here on: the first one, one after a break, or one that takes over from
     * an old one. What comes next comes from it, so what was kept of the old one's state (books, sequence numbers) is
     * to be built anew.
     */
    default void onConnected() {
    }

    /**
     * The connection is gone; another one is being made. What was sent and not confirmed by the venue may not have
     * reached it.
     *
     * @param why what ended it, with the code and the reason of the venue's close frame.
     */
    default void onDisconnected(Disconnect why) {
    }

    /**
     * An attempt to connect failed; another one is made later.
     *
     * @param failure says why: an {@link UpgradeRefusedException}, for instance.
     * @param delayNs nanoseconds until the next attempt.
     */
    default void onAttemptFailed(IOException failure, long delayNs) {
    }
}
