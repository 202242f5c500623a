package io.sonic.feed.mold;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReceiveHandler;
import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends messages of a session again, to whoever asks: one packet for one request, with as many of the messages as fit.
 * A request that can not be one, of another session, or of messages that are not kept, is counted and not answered.
 *
 * <p><b>Allocation</b>: none after it was opened.
 *
 * <p><b>Threading</b>: the reactor's thread.
 */
public final class MoldRequestServer implements AutoCloseable {
    private final UdpSocket socket;
    private final MoldStore store;
    private final long sessionHigh;
    private final long sessionLow;
    private final UnsafeBuffer request =
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(MoldPacket.HEADER_LENGTH, 64));
    private final UnsafeBuffer answer;
    private final ReceiveHandler onRequest = this::onRequest;
    private long requests;
    private long answered;
    private long unanswered;

    private MoldRequestServer(UdpSocket socket, String session, MoldStore store, int maxPacketLength) {
        this.socket = socket;
        this.store = Objects.requireNonNull(store, "store");
        sessionHigh = MoldPacket.sessionHigh(session);
        sessionLow = MoldPacket.sessionLow(session);
        answer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(maxPacketLength, 64));
    }

    /**
     * Opens a server.
     *
     * @param reactor         completes its operations.
     * @param local           where it is asked; port 0 leaves the port to the system.
     * @param session         the name of the session.
     * @param store           of the session's messages.
     * @param maxPacketLength bytes of the longest answer, 23 to 65,507.
     * @return a new server, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the session can not be one, or the length is out of range.
     */
    public static MoldRequestServer open(
            Reactor reactor, InetSocketAddress local, String session, MoldStore store, int maxPacketLength)
            throws IOException {
        if (maxPacketLength <= MoldPacket.HEADER_LENGTH + MoldPacket.PREFIX_LENGTH || maxPacketLength > 65_507) {
            throw new IllegalArgumentException("a packet has 23 to 65507 bytes: " + maxPacketLength);
        }
        MoldPacket.sessionHigh(session);
        MoldRequestServer server =
                new MoldRequestServer(UdpSocket.open(reactor, local), session, store, maxPacketLength);
        server.receive();
        return server;
    }

    /**
     * Where it is asked. Allocates.
     *
     * @return address and port.
     */
    public InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    /**
     * Datagrams that arrived.
     *
     * @return requests, and what was none.
     */
    public long requests() {
        return requests;
    }

    /**
     * Requests that were answered.
     *
     * @return requests.
     */
    public long answered() {
        return answered;
    }

    /**
     * What was not answered.
     *
     * @return datagrams.
     */
    public long unanswered() {
        return unanswered;
    }

    @Override
    public void close() {
        socket.close();
    }

    private void receive() {
        socket.asyncReceive(request, 0, MoldPacket.HEADER_LENGTH, onRequest);
    }

    private void onRequest(IoStatus status, int length, Endpoint source) {
        if (status == IoStatus.CLOSED || status == IoStatus.CANCELLED) {
            return;
        }
        if (status == IoStatus.OK || status == IoStatus.TRUNCATED) {
            requests++;
            if (status == IoStatus.OK && length == MoldPacket.HEADER_LENGTH && answer(source)) {
                answered++;
            } else {
                unanswered++;
            }
        }
        // A failure is the report that an answer did not arrive: it concerns nobody else.
        if (socket.isOpen()) {
            receive();
        }
    }

    private boolean answer(Endpoint source) {
        if (MoldPacket.sessionHigh(request, 0) != sessionHigh || MoldPacket.sessionLow(request, 0) != sessionLow) {
            return false;
        }
        long sequence = MoldPacket.sequence(request, 0);
        int wanted = Math.min(MoldPacket.count(request, 0), MoldPacket.MAX_COUNT);
        int count = store.copy(sequence, wanted, answer, MoldPacket.HEADER_LENGTH,
                answer.capacity() - MoldPacket.HEADER_LENGTH);
        if (count == 0) {
            return false;
        }
        MoldPacket.putHeader(answer, 0, sessionHigh, sessionLow, sequence, count);
        // One that the system does not take at once is asked for again.
        return socket.trySend(answer, 0, MoldPacket.HEADER_LENGTH + store.length(sequence, count), source) >= 0;
    }
}
