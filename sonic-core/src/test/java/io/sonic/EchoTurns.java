package io.sonic;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A program that turns a busy-polled echo, between two marks in what a tracer of system calls writes down.
 */
final class EchoTurns {
    static final String BEGIN = "/sonic-begin";
    static final String END = "/sonic-end";
    static final int TURNS = 2_000;
    private static final int LENGTH = 64;

    private EchoTurns() {
    }

    /**
     * Prints how often it polled between the marks.
     */
    public static void main(String[] arguments) throws Exception {
        try (Reactor reactor = Reactor.open()) {
            Peer peer = Peer.connect(reactor);
            // Larger than a message: a read that fills its buffer does not tell that nothing is left.
            UnsafeBuffer buffer = Buffers.allocate(2 * LENGTH);
            int[] echoes = new int[1];
            TcpStream stream = peer.stream();
            ReadHandler[] handler = new ReadHandler[1];
            WriteHandler written = (status, length) -> {
                echoes[0]++;
                stream.asyncRead(buffer, 0, 2 * LENGTH, handler[0]);
            };
            handler[0] = (status, length) -> {
                if (status == IoStatus.OK) {
                    stream.asyncWriteAll(buffer, 0, length, written);
                }
            };
            stream.asyncRead(buffer, 0, 2 * LENGTH, handler[0]);
            Thread client = new Thread(() -> pingPong(peer.socket(), 2 * TURNS));
            client.start();
            poll(reactor, echoes, TURNS);
            mark(BEGIN);
            long polls = poll(reactor, echoes, TURNS);
            mark(END);
            client.join();
            System.out.println(polls);
            peer.close();
        }
    }

    private static long poll(Reactor reactor, int[] echoes, int more) {
        int end = echoes[0] + more;
        long polls = 0;
        while (echoes[0] < end) {
            reactor.poll();
            polls++;
        }
        return polls;
    }

    private static void mark(String path) {
        if (Files.exists(Path.of(path))) {
            throw new AssertionError(path);
        }
    }

    private static void pingPong(Socket socket, int times) {
        try {
            byte[] message = new byte[LENGTH];
            for (int i = 0; i < times; i++) {
                socket.getOutputStream().write(message);
                socket.getInputStream().readNBytes(message, 0, LENGTH);
            }
        } catch (IOException e) {
            e.printStackTrace();
        }
    }
}
