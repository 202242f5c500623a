package io.sonic.multicast;

/**
 * Which times of arrival a peer asks the kernel for; see {@link DatagramInfo}.
 */
public enum Timestamps {
    /**
     * None.
     */
    NONE,
    /**
     * When the kernel got the datagram from the driver ({@code SO_TIMESTAMPNS}).
     */
    SOFTWARE,
    /**
     * When the network card got it too ({@code SO_TIMESTAMPING}). Only cards that can do it, and whose driver was told
     * to ({@code SIOCSHWTSTAMP}, {@code hwstamp_ctl(8)}), give one; of others there is only the software's.
     */
    HARDWARE
}
