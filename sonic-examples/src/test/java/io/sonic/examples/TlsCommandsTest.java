package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsCommandsTest {

    private static final String LAST_LINE =
            "tls-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @TempDir
    private static Path folder;
    private static PemFiles pem;

    @BeforeAll
    static void makeCertificates() throws Exception {
        pem = PemFiles.make(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "200", "70000"})
    void measureRoundTripsOfAnySize(String size) throws Exception {
        try (RunningCommand server = server()) {
            Result result = latency(server.port(), "--ca", pem.certificate("authority"), "--size", size);

            assertSucceeds(result);
        }
    }

    @Test
    void knowTheServerByANameThatIsGiven() throws Exception {
        try (RunningCommand server = server()) {
            assertSucceeds(RunningCommand.run("tls-latency", "--host", "127.0.0.1", "--port", server.port(), "--name",
                    "localhost", "--ca", pem.certificate("authority"), "--count", "100", "--idle", "block"));
        }
    }

    @Test
    void showACertificateToAServerThatWantsOne() throws Exception {
        try (RunningCommand server = server("--ca", pem.certificate("authority"))) {
            assertSucceeds(latency(server.port(), "--ca", pem.certificate("authority"), "--cert",
                    pem.certificate("client"), "--key", pem.key("client")));
        }
    }

    @Test
    void sayThatTheServerWantsACertificate() throws Exception {
        RunningCommand server = server("--ca", pem.certificate("authority"));
        String port = server.port();
        assertFails(latency(port, "--ca", pem.certificate("authority")), "TLS with localhost:" + port
                + ": the peer ended it with the alert certificate_required: it wants a certificate");

        assertThat(server.stop().lastLine()).matches(
                "TLS with client 127\\.0\\.0\\.1:\\d+: the client sent no certificate, and one is needed");
    }

    @Test
    void sayThatTheAuthorityIsNotTrusted() throws Exception {
        try (RunningCommand server = server()) {
            assertFails(latency(server.port(), "--ca", pem.certificate("stranger")),
                    "TLS with localhost:" + server.port() + ": the certificate of CN=server is from an authority that"
                            + " is not trusted here, CN=authority");
        }
    }

    @Test
    void sayThatTheJdkDoesNotTrustTheAuthority() throws Exception {
        try (RunningCommand server = server()) {
            assertThat(assertFails(latency(server.port()))).contains("is from an authority that is not trusted here");
        }
    }

    @Test
    void sayThatTheCertificateIsForAnotherHost() throws Exception {
        try (RunningCommand server = server()) {
            assertFails(latency(server.port(), "--ca", pem.certificate("authority"), "--name", "wrong.example"),
                    "TLS with wrong.example:" + server.port()
                            + ": its certificate is for localhost, 127.0.0.1, not for wrong.example");
        }
    }

    @Test
    void sayThatTheServerSpeaksHttp() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            in.read();
            out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
            in.transferTo(OutputStream.nullOutputStream());
        })) {
            assertFails(latency(Integer.toString(server.port())), "TLS with localhost:" + server.port()
                    + ": the peer does not speak TLS, it sent \"HTTP/1.1 400 Bad Request\"");
        }
    }

    @Test
    void sayThatTheServerIsNoEchoServerAtAll() throws Exception {
        try (RunningCommand server = server()) {
            Result plain = RunningCommand.run("tcp-latency", "--host", "127.0.0.1", "--port", server.port(), "--idle",
                    "block");

            assertThat(plain.status()).isEqualTo(1);
            assertThat(plain.err().lines()).singleElement().asString().contains("127.0.0.1:" + server.port());
        }
    }

    @Test
    void sayWhatIsWrongWithAFile() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "no PEM at all\n");

        assertFails(latency("1", "--ca", folder.resolve("none.pem").toString()), folder + "/none.pem: no such file");
        assertThat(assertFails(latency("1", "--ca", text.toString()))).contains(text.toString());
        assertThat(assertFails(latency("1", "--ca", pem.key("authority")))).contains(pem.key("authority"));
    }

    @Test
    void sayThatAKeyDoesNotBelongToItsCertificate() {
        Result result = RunningCommand.run("tls-echo-server", "--port", "0", "--cert", pem.certificate("server"),
                "--key", pem.key("client"));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString()
                .startsWith("tls-echo-server: " + pem.key("client") + ": ").contains(pem.certificate("server"));
    }

    @Test
    void sayThatAPortIsTaken() throws Exception {
        try (RunningCommand server = server()) {
            Result second = RunningCommand.run("tls-echo-server", "--port", server.port(), "--cert",
                    pem.certificate("server"), "--key", pem.key("server"));

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).isEqualTo("tls-echo-server: bind " + server.address()
                    + ": Address already in use (EADDRINUSE)" + System.lineSeparator());
        }
    }

    private static RunningCommand server(String... options) {
        List<String> args = new ArrayList<>(List.of("tls-echo-server", "--port", "0", "--cert",
                pem.certificate("server"), "--key", pem.key("server"), "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.start(args.toArray(String[]::new));
    }

    private static Result latency(String port, String... options) {
        List<String> args = new ArrayList<>(List.of("tls-latency", "--host", "localhost", "--port", port, "--count",
                "100", "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.run(args.toArray(String[]::new));
    }

    private static void assertSucceeds(Result result) {
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).singleElement().asString().matches(LAST_LINE);
        assertThat(result.err()).isEmpty();
    }

    private static String assertFails(Result result) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString().startsWith("tls-latency: ");
        return result.err();
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(assertFails(result)).isEqualTo("tls-latency: " + sentence + System.lineSeparator());
    }
}
