package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The code of {@code docs/tls.md}, compiled and run, and a test that the page shows nothing else.
 */
final class GuideTest extends TlsTest {
    private final UnsafeBuffer request = buffer("request");
    private final UnsafeBuffer response = buffer(100);
    private final WriteHandler onWritten = onWrite;
    private final ReadHandler onRead = super.onRead;
    private TcpStream tcpStream;

    @Test
    void refusesWhomTheJdkDoesNotTrust() throws IOException {
        TcpStream[] transports = tcp();
        tcpStream = transports[0];
        closing(TlsStream.server(transports[1], TlsContext.create(serving()))).asyncHandshake(onHandshake("server"));

        TlsContext context = TlsContext.create();
        TlsStream stream = TlsStream.client(tcpStream, context, "example.com", 443);
        stream.asyncHandshake(status -> {
            if (status == IoStatus.OK) {
                stream.asyncWriteAll(request, 0, request.capacity(), onWritten);
                stream.asyncRead(response, 0, response.capacity(), onRead);
            } else {
                warn(stream.failure().getMessage());
                stream.close();
            }
        });
        awaitEvents(2);

        assertThat(events).contains(new Shaken("server", IoStatus.FAILED));
        assertThat(events).anyMatch(event -> event.toString().startsWith(
                "TLS with example.com:443: the certificate of CN=localhost is from an authority that is not trusted"));
    }

    @Test
    void servesClientsThatShowACertificate() throws IOException {
        Path certificateFile = certificates.server().certificate();
        Path keyFile = certificates.server().key();
        Path clientAuthorities = certificates.authority();
        TcpListener listener = closing(TcpListener.open(reactor, new InetSocketAddress(loopback(), 0)));

        TlsContext context = TlsContext.create(new TlsContext.Settings()
                .certificate(certificateFile, keyFile)
                .trustFile(clientAuthorities)
                .clientAuthentication(ClientAuthentication.NEEDED));
        listener.asyncAccept((status, accepted) -> {
            if (status == IoStatus.OK) {
                TlsStream stream = TlsStream.server(accepted, context);
                stream.asyncHandshake(outcome -> greet(stream, outcome));
            }
        });

        TcpStream tcp = TcpStream.open(reactor);
        tcp.asyncConnect(listener.localAddress(), 0, status -> events.add("connected"));
        awaitEvents(1);
        Certificates.Identity identity = certificates.client();
        TlsStream client = closing(TlsStream.client(tcp,
                TlsContext.create(trusting().certificate(identity.certificate(), identity.key())), "localhost", 443));
        client.asyncHandshake(status -> client.asyncReadAll(response, 0, 5, onRead));
        awaitEvents(3);

        assertThat(events).containsExactly("connected", new Written(IoStatus.OK, 5), new Read(IoStatus.OK, 5));
        assertThat(text(response, 0, 5)).isEqualTo("hello");
    }

    @Test
    void isWhatThePageShows() throws IOException {
        String code = strip(Files.readString(Path.of("src", "test", "java", "io", "sonic", "tls", "GuideTest.java")));
        String[] parts = Files.readString(Path.of("..", "docs", "tls.md")).split("```java\n");

        assertThat(parts).hasSize(4);
        for (int i = 1; i < parts.length; i++) {
            assertThat(code).contains(strip(parts[i].substring(0, parts[i].indexOf("```"))));
        }
    }

    private void greet(TlsStream stream, IoStatus outcome) {
        closing(stream);
        assertThat(outcome).isEqualTo(IoStatus.OK);
        stream.asyncWriteAll(buffer("hello"), 0, 5, onWritten);
    }

    private void warn(String sentence) {
        events.add(sentence);
    }

    private static String strip(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (a, b) -> a + b + "\n");
    }
}
