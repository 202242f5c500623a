package io.sonic.websocket;

/**
 * Why a connection was closed (RFC 6455, 7.4, and the registry of IANA).
 */
public final class CloseCode {
    /**
     * The purpose of the connection is fulfilled.
     */
    public static final int NORMAL = 1000;
    /**
     * The peer goes away: a server shuts down, a page is left.
     */
    public static final int GOING_AWAY = 1001;
    /**
     * The peer broke the protocol.
     */
    public static final int PROTOCOL_ERROR = 1002;
    /**
     * The peer sent a type of data that cannot be accepted.
     */
    public static final int UNSUPPORTED_DATA = 1003;
    /**
     * Stands for a close frame without a code; never on the wire.
     */
    public static final int NONE = 1005;
    /**
     * Stands for a connection that ended without a close frame; never on the wire.
     */
    public static final int ABNORMAL = 1006;
    /**
     * A message does not fit its type: text that is not UTF-8, for instance.
     */
    public static final int INVALID_PAYLOAD = 1007;
    /**
     * A message violates a policy of the peer.
     */
    public static final int POLICY_VIOLATION = 1008;
    /**
     * A message is too long to be processed.
     */
    public static final int MESSAGE_TOO_BIG = 1009;
    /**
     * The server did not negotiate an extension that the client needs.
     */
    public static final int MISSING_EXTENSION = 1010;
    /**
     * The peer failed.
     */
    public static final int INTERNAL_ERROR = 1011;
    /**
     * The service restarts: reconnect after a random delay.
     */
    public static final int SERVICE_RESTART = 1012;
    /**
     * The service is overloaded: connect elsewhere or later.
     */
    public static final int TRY_AGAIN_LATER = 1013;
    /**
     * A gateway got an invalid answer from behind it.
     */
    public static final int BAD_GATEWAY = 1014;

    private CloseCode() {
    }

    /**
     * Tells whether a close frame may carry a code: 1000 to 1003, 1007 to 1014, and 3000 to 4999.
     *
     * @param code any number.
     * @return false for reserved codes, and for those that never go over the wire.
     */
    public static boolean isValidOnWire(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
    }
}
