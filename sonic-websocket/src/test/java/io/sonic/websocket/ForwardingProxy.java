package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A proxy that lets everybody in, connects to where it is asked to, and passes bytes on.
 */
final class ForwardingProxy implements AutoCloseable {
    private final Loop loop;
    private final TcpListener listener;
    private final List<TcpStream> streams = new ArrayList<>();
    private final boolean socks;
    private TcpStream client;
    private TcpStream server;
    private String heard = "";
    private String target;

    ForwardingProxy(Loop loop, boolean socks) throws IOException {
        this.loop = loop;
        this.socks = socks;
        listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
        listener.asyncAccept((status, accepted) -> {
            if (accepted != null) {
                client = accepted;
                streams.add(accepted);
                listen(Hex.direct(new byte[4096]));
            }
        });
    }

    Proxy proxy() {
        int port = listener.localAddress().getPort();
        return socks ? Proxy.socks5("127.0.0.1", port) : Proxy.http("127.0.0.1", port);
    }

    /**
     * Where the client wanted to go.
     */
    String target() {
        return target;
    }

    private void listen(UnsafeBuffer buffer) {
        client.asyncRead(buffer, 0, buffer.capacity(), (status, length) -> {
            if (status != IoStatus.OK) {
                return;
            }
            byte[] bytes = new byte[length];
            buffer.getBytes(0, bytes);
            heard += new String(bytes, StandardCharsets.ISO_8859_1);
            if (!understand()) {
                listen(buffer);
            }
        });
    }

    private boolean understand() {
        if (!socks && heard.endsWith("\r\n\r\n")) {
            target = heard.split(" ")[1];
            connect("HTTP/1.1 200 Connection established\r\n\r\n");
            return true;
        }
        if (socks && (heard.equals("\5\1\0") || heard.equals("\5\2\0\2"))) {
            heard = "";
            send(client, "\5\0");
        } else if (socks && heard.startsWith("\5\1\0\3")) {
            int end = 5 + heard.charAt(4);
            target = heard.substring(5, end) + ":" + (heard.charAt(end) << 8 | heard.charAt(end + 1));
            connect("\5\0\0\1\0\0\0\0\0\0");
            return true;
        }
        return false;
    }

    private void connect(String answer) {
        server = TcpStream.open(loop.reactor);
        streams.add(server);
        int colon = target.lastIndexOf(':');
        InetSocketAddress address = InetSocketAddress.createUnresolved(target.substring(0, colon),
            Integer.parseInt(target.substring(colon + 1)));
        server.asyncConnect(address, 0, status -> {
            if (status == IoStatus.OK) {
                send(client, answer);
                pump(client, server, Hex.direct(new byte[16 * 1024]));
                pump(server, client, Hex.direct(new byte[16 * 1024]));
            } else {
                client.close();
            }
        });
    }

    private static void send(TcpStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        to.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (status, length) -> { });
    }

    private static void pump(TcpStream from, TcpStream to, UnsafeBuffer buffer) {
        from.asyncRead(buffer, 0, buffer.capacity(), (status, length) -> {
            if (status != IoStatus.OK) {
                to.close();
                return;
            }
            if (to.isOpen()) {
                to.asyncWriteAll(buffer, 0, length, (written, count) -> {
                    if (from.isOpen()) {
                        pump(from, to, buffer);
                    }
                });
            }
        });
    }

    @Override
    public void close() {
        listener.close();
        streams.forEach(TcpStream::close);
    }
}
