package io.sonic.websocket;

import io.sonic.tls.TlsContext;
import java.io.IOException;

/**
 * How a client speaks TLS when it is not told: it trusts whom the JDK trusts, and offers HTTP/1.1, because the upgrade
 * to a websocket is its own in no other version.
 */
final class DefaultTls {
    static final String PROTOCOL = "http/1.1";

    private static TlsContext context;

    private DefaultTls() {
    }

    static synchronized TlsContext context() throws IOException {
        if (context == null) {
            context = TlsContext.create(new TlsContext.Settings().applicationProtocols(PROTOCOL));
        }
        return context;
    }
}
