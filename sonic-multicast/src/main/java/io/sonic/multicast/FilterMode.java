package io.sonic.multicast;

/**
 * How the list of sources of a {@link Membership} is read. See RFC 3376, 2.
 */
public enum FilterMode {
    /**
     * Only datagrams from the listed sources are received.
     */
    INCLUDE,
    /**
     * Datagrams from all sources are received, except from the listed ones.
     */
    EXCLUDE
}
