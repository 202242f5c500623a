package io.sonic.multicast;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Receives all that arrives at a peer, and writes it down.
 */
final class Receiver implements ReceiveHandler {
    final MulticastPeer peer;
    final List<String> texts = new ArrayList<>();
    final List<Endpoint> sources = new ArrayList<>();
    final List<IoStatus> ends = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(2048));

    Receiver(MulticastPeer peer) {
        this.peer = peer;
        peer.asyncReceive(buffer, 0, buffer.capacity(), this);
    }

    @Override
    public void onReceive(IoStatus status, int length, Endpoint source) {
        if (status != IoStatus.OK) {
            ends.add(status);
            return;
        }
        texts.add(buffer.getStringWithoutLengthAscii(0, length));
        sources.add(Endpoint.copyOf(source));
        peer.asyncReceive(buffer, 0, buffer.capacity(), this);
    }
}
