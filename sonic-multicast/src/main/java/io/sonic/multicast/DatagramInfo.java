package io.sonic.multicast;

import io.sonic.DatagramBatch;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * What the kernel says about one received datagram beside its bytes: when it came, where to, over which interface, and
 * how many were dropped before it. See {@code recvmsg(2)} and {@code cmsg(3)}.
 *
 * {@snippet :
 * DatagramBatch batch = new DatagramBatch(16, 2048, DatagramInfo.CONTROL_LENGTH);
 * DatagramInfo info = new DatagramInfo();
 * peer.asyncReceive(batch, (status, count) -> {
 *     for (int i = 0; i < count; i++) {
 *         info.read(batch, i);
 *         long arrivedNs = info.timestampNs();
 *     }
 * });
 * }
 *
 * <p>It says what the peer was opened to ask for: {@link MulticastPeer.Context#timestamps(Timestamps)},
 * {@link MulticastPeer.Context#destinations(boolean)}, {@link MulticastPeer.Context#dropCounts(boolean)}.
 *
 * <p><b>Allocation</b>: none, but for {@link #destination()}.
 */
public final class DatagramInfo {
    /**
     * Room for all that it can say, the third argument of a {@link DatagramBatch}.
     */
    public static final int CONTROL_LENGTH = 192;

    private static final int HEADER_LENGTH = 16;
    private static final int LEVEL_OFFSET = 8;
    private static final int TYPE_OFFSET = 12;
    private static final int TIMESPEC_LENGTH = 16;
    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int PKTINFO_ADDRESS_OFFSET = 8;

    private static final int IPV6_PKTINFO = 50;

    private final byte[] destination = new byte[IPV6_LENGTH];
    private int destinationLength;
    private int interfaceIndex;
    private long timestampNs;
    private long hardwareTimestampNs;
    private long drops;

    /**
     * Creates an object that says nothing yet.
     */
    public DatagramInfo() {
    }

    /**
     * Reads what the kernel said about a datagram.
     *
     * @param batch that was received into.
     * @param index of the datagram.
     */
    public void read(DatagramBatch batch, int index) {
        timestampNs = 0;
        hardwareTimestampNs = 0;
        interfaceIndex = 0;
        destinationLength = 0;
        drops = 0;
        DirectBuffer control = batch.controlBuffer();
        int offset = batch.controlOffset(index);
        int end = offset + batch.controlLength(index);
        while (end - offset >= HEADER_LENGTH) {
            int length = (int) control.getLong(offset, ByteOrder.nativeOrder());
            if (length < HEADER_LENGTH || length > end - offset) {
                return;
            }
            read(control, control.getInt(offset + LEVEL_OFFSET, ByteOrder.nativeOrder()),
                    control.getInt(offset + TYPE_OFFSET, ByteOrder.nativeOrder()), offset + HEADER_LENGTH);
            offset += length + Long.BYTES - 1 & -Long.BYTES;
        }
    }

    /**
     * When the kernel got the datagram.
     *
     * @return nanoseconds since 1970 ({@code CLOCK_REALTIME}); 0 when it was not asked for.
     */
    public long timestampNs() {
        return timestampNs;
    }

    /**
     * When the network card got the datagram, in the time of the card's clock.
     *
     * @return nanoseconds; 0 when it was not asked for, or the card gives none.
     */
    public long hardwareTimestampNs() {
        return hardwareTimestampNs;
    }

    /**
     * The interface that the datagram arrived on.
     *
     * @return its index; 0 when it was not asked for.
     */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /**
     * Tells whether the datagram was sent to an address, without allocation.
     *
     * @param address bytes of an address, see {@link InetAddress#getAddress()}.
     * @return false also when it was not asked for.
     */
    public boolean isTo(byte[] address) {
        if (address.length != destinationLength) {
            return false;
        }
        for (int i = 0; i < destinationLength; i++) {
            if (address[i] != destination[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The group or the host address that the datagram was sent to. Allocates.
     *
     * @return the address, or null when it was not asked for.
     */
    public InetAddress destination() {
        if (destinationLength == 0) {
            return null;
        }
        try {
            byte[] address = new byte[destinationLength];
            System.arraycopy(destination, 0, address, 0, destinationLength);
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * How many datagrams the socket had dropped when this one was queued.
     *
     * @return datagrams since it was opened, modulo 2<sup>32</sup>; 0 also when it was not asked for.
     */
    public long drops() {
        return drops;
    }

    private void read(DirectBuffer control, int level, int type, int offset) {
        if (level == LinuxMulticast.SOL_SOCKET) {
            switch (type) {
                case LinuxMulticast.SO_TIMESTAMPNS -> timestampNs = timespec(control, offset);
                case LinuxMulticast.SO_TIMESTAMPING -> {
                    // struct scm_timestamping: software, unused, hardware.
                    long software = timespec(control, offset);
                    timestampNs = software == 0 ? timestampNs : software;
                    hardwareTimestampNs = timespec(control, offset + 2 * TIMESPEC_LENGTH);
                }
                case LinuxMulticast.SO_RXQ_OVFL -> drops =
                    Integer.toUnsignedLong(control.getInt(offset, ByteOrder.nativeOrder()));
                default -> { }
            }
        } else if (level == LinuxMulticast.IPPROTO_IP && type == LinuxMulticast.IP_PKTINFO) {
            // struct in_pktinfo: index, the host's address, the packet's address.
            interfaceIndex = control.getInt(offset, ByteOrder.nativeOrder());
            address(control, offset + PKTINFO_ADDRESS_OFFSET, IPV4_LENGTH);
        } else if (level == LinuxMulticast.IPPROTO_IPV6 && type == IPV6_PKTINFO) {
            // struct in6_pktinfo: address, index.
            address(control, offset, IPV6_LENGTH);
            interfaceIndex = control.getInt(offset + IPV6_LENGTH, ByteOrder.nativeOrder());
        }
    }

    private void address(DirectBuffer control, int offset, int length) {
        control.getBytes(offset, destination, 0, length);
        destinationLength = length;
    }

    private static long timespec(DirectBuffer control, int offset) {
        return control.getLong(offset, ByteOrder.nativeOrder()) * NS_PER_SECOND
                + control.getLong(offset + Long.BYTES, ByteOrder.nativeOrder());
    }
}
