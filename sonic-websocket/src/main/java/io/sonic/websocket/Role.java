package io.sonic.websocket;

/**
 * Which end of a connection this side is. A client masks what it sends and a server does not (RFC 6455, 5.1).
 */
public enum Role {
    /**
     * The end that connected.
     */
    CLIENT,
    /**
     * The end that accepted.
     */
    SERVER
}
