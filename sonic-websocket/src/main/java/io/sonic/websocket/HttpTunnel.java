package io.sonic.websocket;

import io.sonic.FifoBuffer;
import java.io.IOException;

/**
 * Asks a proxy of HTTP for a tunnel (RFC 9110, 9.3.6).
 */
final class HttpTunnel implements Tunnel {
    private final Proxy proxy;
    private final String place;
    private final HttpHeadParser parser = new HttpHeadParser("HTTP/1.");
    private boolean open;

    HttpTunnel(Proxy proxy, WebSocketUrl url) {
        this.proxy = proxy;
        place = url.place();
    }

    @Override
    public byte[] opening() {
        OutgoingHead request = new OutgoingHead("CONNECT " + place + " HTTP/1.1");
        request.put("Host", place);
        if (proxy.user() != null) {
            request.put("Proxy-Authorization", BasicAuthentication.of(proxy.user(), proxy.password()));
        }
        return request.toBytes();
    }

    @Override
    public byte[] onBytes(FifoBuffer received) throws IOException {
        while (!open && received.readableLength() > 0) {
            received.consume(parser.feed(received.buffer(), received.readOffset(), received.readableLength()));
            HttpHead head = parser.head();
            if (head == null) {
                return null;
            }
            int status = UpgradeResponse.statusCode(head);
            if (status >= 300) {
                throw new ProxyRefusedException(proxy + " answered "
                    + (status + " " + UpgradeResponse.reason(head)).strip(), status, head);
            }
            // RFC 9110, 15.2 and 9.3.6: informational answers come first; any 2xx opens, and has no body.
            open = status >= 200;
            parser.next();
        }
        return null;
    }

    @Override
    public boolean isOpen() {
        return open;
    }
}
