package io.sonic;

/**
 * What not every backend can do; see {@link Reactor#supports(Capability)}.
 */
public enum Capability {
    /**
     * {@link UnixStream} and {@link UnixListener}.
     */
    UNIX_STREAMS,
    /**
     * {@link UnixDatagramSocket}.
     */
    UNIX_DATAGRAMS,
    /**
     * {@link FileStream} for FIFOs, devices and terminals; regular files work everywhere.
     */
    SPECIAL_FILES,
    /**
     * Options by number, {@link UdpSocket#rawOption}, and the control messages of a {@link DatagramBatch}.
     */
    RAW_OPTIONS,
    /**
     * Waits in the kernel that are as precise as the clock; without it they are rounded up to a millisecond.
     */
    NANOSECOND_WAITS
}
