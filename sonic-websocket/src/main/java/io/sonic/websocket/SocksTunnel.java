package io.sonic.websocket;

import io.sonic.FifoBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Asks a proxy of SOCKS 5 for a tunnel (RFC 1928), with name and password where it wants them (RFC 1929).
 */
final class SocksTunnel implements Tunnel {
    private static final int VERSION = 5;
    private static final int AUTHENTICATION_VERSION = 1;
    private static final int NO_AUTHENTICATION = 0;
    private static final int NAME_AND_PASSWORD = 2;
    private static final int NONE_ACCEPTABLE = 255;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int MAX_NAME_LENGTH = 255;

    private enum Stage { METHOD, AUTHENTICATION, CONNECTION, OPEN }

    private final Proxy proxy;
    private final String host;
    private final int port;
    private Stage stage = Stage.METHOD;

    SocksTunnel(Proxy proxy, WebSocketUrl url) throws IOException {
        this.proxy = proxy;
        host = url.host();
        port = url.port();
        if (host.length() > MAX_NAME_LENGTH) {
            throw new IOException("the name of the host is too long for SOCKS, which takes 255 bytes: "
                + host.length());
        }
    }

    @Override
    public byte[] opening() {
        return proxy.user() == null ? new byte[] {VERSION, 1, NO_AUTHENTICATION}
            : new byte[] {VERSION, 2, NO_AUTHENTICATION, NAME_AND_PASSWORD};
    }

    @Override
    public byte[] onBytes(FifoBuffer received) throws IOException {
        return switch (stage) {
            case METHOD -> onMethod(received);
            case AUTHENTICATION -> onAuthentication(received);
            case CONNECTION -> onConnection(received);
            case OPEN -> null;
        };
    }

    @Override
    public boolean isOpen() {
        return stage == Stage.OPEN;
    }

    private byte[] onMethod(FifoBuffer received) throws IOException {
        if (received.readableLength() > 0) {
            checkVersion(received, VERSION);
        }
        if (received.readableLength() < 2) {
            return null;
        }
        int method = byteAt(received, 1);
        received.consume(2);
        if (method == NO_AUTHENTICATION) {
            stage = Stage.CONNECTION;
            return connectRequest();
        }
        if (method == NAME_AND_PASSWORD && proxy.user() != null) {
            stage = Stage.AUTHENTICATION;
            return authenticationRequest();
        }
        if (method == NONE_ACCEPTABLE) {
            throw new ProxyRefusedException(proxy + " accepts none of the ways to authenticate that were offered: "
                + (proxy.user() == null ? "none at all" : "none at all, name and password"), NONE_ACCEPTABLE, null);
        }
        throw new IOException(proxy + " chose a way to authenticate that was not offered: " + method);
    }

    private byte[] onAuthentication(FifoBuffer received) throws IOException {
        if (received.readableLength() > 0) {
            checkVersion(received, AUTHENTICATION_VERSION);
        }
        if (received.readableLength() < 2) {
            return null;
        }
        int status = byteAt(received, 1);
        received.consume(2);
        if (status != 0) {
            throw new ProxyRefusedException(proxy + " does not accept the name and the password", NONE_ACCEPTABLE,
                null);
        }
        stage = Stage.CONNECTION;
        return connectRequest();
    }

    private byte[] onConnection(FifoBuffer received) throws IOException {
        int available = received.readableLength();
        if (available > 0) {
            checkVersion(received, VERSION);
        }
        if (available > 1 && byteAt(received, 1) != 0) {
            throw new ProxyRefusedException(proxy + " answered: " + describe(byteAt(received, 1)),
                byteAt(received, 1), null);
        }
        if (available < 5) {
            return null;
        }
        // What the proxy is bound to, which nobody needs to know.
        int length = switch (byteAt(received, 3)) {
            case IPV4 -> 4 + 4 + 2;
            case IPV6 -> 4 + 16 + 2;
            case NAME -> 4 + 1 + byteAt(received, 4) + 2;
            default -> throw new IOException(proxy + " answered with an address of the unknown type "
                + byteAt(received, 3));
        };
        if (available >= length) {
            received.consume(length);
            stage = Stage.OPEN;
        }
        return null;
    }

    private void checkVersion(FifoBuffer received, int version) throws IOException {
        if (byteAt(received, 0) != version) {
            byte[] start = new byte[Math.min(received.readableLength(), 16)];
            received.buffer().getBytes(received.readOffset(), start);
            throw new IOException(proxy + " does not speak SOCKS 5, it sent "
                + HttpHeadParser.quote(new String(start, StandardCharsets.ISO_8859_1)));
        }
    }

    private static int byteAt(FifoBuffer received, int index) {
        DirectBuffer buffer = received.buffer();
        return buffer.getByte(received.readOffset() + index) & 0xFF;
    }

    private byte[] authenticationRequest() {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(AUTHENTICATION_VERSION);
        putText(request, proxy.user());
        putText(request, proxy.password());
        return request.toByteArray();
    }

    private static void putText(ByteArrayOutputStream request, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        request.write(bytes.length);
        request.writeBytes(bytes);
    }

    private byte[] connectRequest() {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(VERSION);
        request.write(CONNECT);
        request.write(0);
        InetAddress literal = WebSocketUrl.literal(host);
        if (literal == null) {
            request.write(NAME);
            putText(request, host);
        } else {
            byte[] address = literal.getAddress();
            request.write(address.length == 4 ? IPV4 : IPV6);
            request.writeBytes(address);
        }
        request.write(port >> 8);
        request.write(port);
        return request.toByteArray();
    }

    /**
     * RFC 1928, 6.
     */
    private static String describe(int reply) {
        String text = switch (reply) {
            case 1 -> "general failure";
            case 2 -> "the connection is not allowed by its rules";
            case 3 -> "the network is unreachable";
            case 4 -> "the host is unreachable";
            case 5 -> "the connection was refused";
            case 6 -> "the time to live has run out";
            case 7 -> "it does not know the command";
            case 8 -> "it does not know the type of address";
            default -> "unassigned";
        };
        return text + " (" + reply + ")";
    }
}
