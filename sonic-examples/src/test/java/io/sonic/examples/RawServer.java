package io.sonic.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A server that is written by hand, byte by byte, to behave badly. It serves one connection. */
final class RawServer implements AutoCloseable {

    /** What the server does with its connection. */
    @FunctionalInterface
    interface Behaviour {

        /** Called once; the connection is closed afterwards. */
        void serve(InputStream in, OutputStream out) throws IOException;
    }

    private static final String KEY_FIELD = "Sec-WebSocket-Key: ";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final ServerSocket listener;
    private final Thread thread;
    private volatile Socket connection;

    private RawServer(Behaviour behaviour) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        thread = Thread.ofPlatform().daemon().name("raw server").start(() -> {
            try (Socket socket = listener.accept()) {
                connection = socket;
                behaviour.serve(socket.getInputStream(), socket.getOutputStream());
            } catch (IOException gone) {
                connection = null;
            }
        });
    }

    static RawServer start(Behaviour behaviour) throws IOException {
        return new RawServer(behaviour);
    }

    /** Starts a server that answers the request for a websocket with text. */
    static RawServer answering(String answer) throws IOException {
        return start((in, out) -> {
            readHead(in);
            out.write(answer.getBytes(ISO_8859_1));
        });
    }

    /** Starts a server that accepts the websocket, sends bytes, and reads until the client goes. */
    static RawServer sendingFrames(int... bytes) throws IOException {
        return start((in, out) -> {
            accept(in, out);
            byte[] frames = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                frames[i] = (byte) bytes[i];
            }
            out.write(frames);
            in.transferTo(OutputStream.nullOutputStream());
        });
    }

    /** Answers the request for a websocket as RFC 6455 says. */
    static void accept(InputStream in, OutputStream out) throws IOException {
        String key = readHead(in).lines().filter(line -> line.startsWith(KEY_FIELD)).findFirst().orElseThrow()
                .substring(KEY_FIELD.length());
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + acceptValue(key) + "\r\n\r\n").getBytes(ISO_8859_1));
    }

    private static String acceptValue(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no whole request: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    int port() {
        return listener.getLocalPort();
    }

    String url() {
        return "ws://127.0.0.1:" + port() + "/feed";
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Socket open = connection;
        if (open != null) {
            open.close();
        }
        Uninterruptibly.join(thread, 10);
    }
}
