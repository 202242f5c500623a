package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.ReceiveHandler;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the native calls of a reactor over and over, before it matters, on sockets of its own.
 *
 * <p>The JDK's code around a native call makes an object for errno until the JIT compiler has seen some thousand of
 * these calls. A command that receives many messages with each call would be over before that.
 */
final class Rehearsal {

    private static final int ROUNDS = 1000;
    private static final long MOST_NS = 2_000_000_000;
    private static final int LENGTH = 8;

    private final Reactor reactor;
    private final UnsafeBuffer buffer = Memory.allocate(LENGTH);
    private final UnsafeBuffer received = Memory.allocate(LENGTH);
    private final WriteHandler onWritten = this::done;
    private final ReadHandler onRead = this::done;
    private final ReceiveHandler onReceived = (status, length, source) -> done(status, length);
    private TcpStream accepted;
    private int open;
    private IOException failure;

    private Rehearsal(Reactor reactor) {
        this.reactor = reactor;
    }

    /**
     * Runs until the calls leave no garbage, or for two seconds.
     *
     * @param loop whose backend is to be rehearsed.
     */
    static void run(ReactorLoop loop) throws IOException {
        try (Reactor reactor = loop.openReactor()) {
            new Rehearsal(reactor).rehearse();
        }
    }

    private void rehearse() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        UdpSocket udp = UdpSocket.open(reactor, anyPort);
        Endpoint itself = Endpoint.of(udp.localAddress());
        TcpListener listener = TcpListener.open(reactor, anyPort);
        TcpStream tcp = TcpStream.open(reactor);
        open = 2;
        listener.asyncAccept((status, stream) -> {
            accepted = stream;
            done(status, 0);
        });
        tcp.asyncConnect(listener.localAddress(), MOST_NS, status -> done(status, 0));
        await();
        ThreadMeter meter = new ThreadMeter();
        long endNs = System.nanoTime() + MOST_NS;
        do {
            meter.start();
            for (int i = 0; i < ROUNDS; i++) {
                exchange(tcp);
                exchange(udp, itself);
                reactor.poll();
            }
            meter.stop();
        } while (meter.allocatedBytes() > 0 && System.nanoTime() - endNs < 0);
    }

    private void exchange(TcpStream tcp) throws IOException {
        open = 2;
        accepted.asyncRead(received, 0, LENGTH, onRead);
        tcp.asyncWrite(buffer, 0, LENGTH, onWritten);
        await();
    }

    private void exchange(UdpSocket udp, Endpoint itself) throws IOException {
        open = 2;
        udp.asyncReceive(received, 0, LENGTH, onReceived);
        udp.asyncSend(buffer, 0, LENGTH, itself, onWritten);
        while (open > 0) {
            // Another way to wait than that of await, and another native call.
            if (reactor.runOneFor(MOST_NS) == 0) {
                throw new CommandFailure("the loopback interface does not deliver datagrams");
            }
        }
        await();
    }

    private void await() throws IOException {
        while (open > 0) {
            reactor.runOne();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void done(IoStatus status, int length) {
        open--;
        if (status != IoStatus.OK) {
            failure = new CommandFailure("the loopback interface: " + status);
        }
    }
}
