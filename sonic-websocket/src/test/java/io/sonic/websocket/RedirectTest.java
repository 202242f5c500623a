package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Redirects: which are followed, and what goes along.
 */
@ExtendWith(Leaks.class)
class RedirectTest {
    private Loop loop;
    private RawServer first;
    private RawServer second;
    private WebSocketStream ws;
    private Recorder recorder;

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        first = new RawServer(loop);
        second = new RawServer(loop);
    }

    @AfterEach
    void close() {
        if (ws != null) {
            ws.close();
        }
        first.close();
        second.close();
        loop.close();
    }

    private void start(WebSocketStream.Context context, String url) throws IOException {
        ws = WebSocketStream.open(loop.reactor, context);
        recorder = new Recorder(ws);
        ws.asyncHandshake(url, recorder.handshake());
        first.awaitRequest();
    }

    private static String redirect(int status, String location) {
        return "HTTP/1.1 " + status + " Elsewhere\r\nLocation: " + location + "\r\nContent-Length: 5\r\n\r\nthere";
    }

    private void assertRefused(String sentence) {
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(ws.failure()).isInstanceOf(UpgradeRefusedException.class).hasMessage(sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsARedirectToAnotherServer(int status) throws IOException {
        start(new WebSocketStream.Context().maxRedirects(1), first.url());
        first.send(redirect(status, second.url()));
        second.acceptUpgrade();
        loop.until(ws::isConnected);
        assertThat(recorder.events).containsExactly("handshake OK");
        assertThat(second.field("Host")).isEqualTo("127.0.0.1:" + second.port());
        assertThat(ws.toString()).isEqualTo(
            "WebSocketStream " + second.url() + " (redirected from " + first.url() + ")");
        loop.until(first::hasEnded);
    }

    @Test
    void asksWithAnotherKeyAndLeavesWhatFollowsTheAnswerToTheFrames() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(1), first.url());
        first.send(redirect(302, second.url()));
        second.awaitRequest();
        assertThat(second.field("Sec-WebSocket-Key")).isNotEqualTo(first.field("Sec-WebSocket-Key"));
        second.send(second.acceptance() + "\u0081\2hi");
        loop.until(ws::isConnected);
        recorder.readOn();
        assertThat(recorder.events).containsExactly("handshake OK", "TEXT hi");
    }

    @Test
    void sendsNoCredentialsToAnotherOrigin() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(2).header("X-Api-Key", "secret").header("Cookie", "a=b")
            .header("User-Agent", "me").origin("http://page"), first.url().replace("ws://", "ws://user:pass@"));
        assertThat(first.heardText()).contains("X-Api-Key: secret", "Authorization: Basic dXNlcjpwYXNz");
        first.send(redirect(302, second.url()));
        second.awaitRequest();
        assertThat(second.heardText()).contains("User-Agent: me", "Origin: http://page")
            .doesNotContain("secret", "a=b", "Authorization");
        // Back where it began, but by the word of a stranger.
        first.acceptNext();
        second.send(redirect(302, first.url()));
        first.awaitRequest();
        assertThat(first.heardText()).doesNotContain("secret", "a=b", "Authorization");
    }

    @Test
    void sendsEverythingAgainToTheSameOrigin() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(1).header("X-Api-Key", "secret"),
            first.url().replace("ws://", "ws://user:pass@"));
        first.acceptNextAfter(redirect(307, "/other?y=1#part"));
        first.awaitRequest();
        assertThat(first.heardText()).startsWith("GET /other?y=1 HTTP/1.1\r\n")
            .contains("X-Api-Key: secret", "Authorization: Basic dXNlcjpwYXNz");
    }

    @Test
    void doesNotFollowWithoutBeingTold() throws IOException {
        start(new WebSocketStream.Context(), first.url());
        first.send(redirect(302, second.url()));
        assertRefused(first.url() + ": the server answered 302 Elsewhere, Location: " + second.url());
    }

    @Test
    void doesNotFollowForEver() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(3), first.url());
        for (int i = 0; i < 3; i++) {
            first.acceptNextAfter(redirect(302, "/x"));
            first.awaitRequest();
        }
        first.send(redirect(302, "/x"));
        assertRefused(first.url() + " (redirected from " + first.url() + "): the server answered 302 Elsewhere, "
            + "Location: /x, not followed after 3 redirects");
        assertThat(new String(((UpgradeRefusedException) ws.failure()).body())).isEqualTo("there");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ftp://a/b | not followed: not a URL of a websocket: 'ftp://a/b'",
        "ws:// | not followed: a URL without a host: ws://",
        "http://a:99999/ | not followed: a URL with the port 99999: ws://a:99999/",
        "/a b | not followed: a URL must be of visible ASCII characters, position",
    })
    void doesNotFollowALocationThatLeadsNowhere(String location, String sentence) throws IOException {
        start(new WebSocketStream.Context().maxRedirects(3), first.url());
        first.send(redirect(302, location));
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(ws.failure()).isInstanceOf(UpgradeRefusedException.class).hasMessageStartingWith(
            first.url() + ": the server answered 302 Elsewhere, Location: " + location + ", " + sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305, 404})
    void doesNotFollowWhatIsNoRedirect(int status) throws IOException {
        start(new WebSocketStream.Context().maxRedirects(3), first.url());
        first.send(redirect(status, second.url()));
        assertRefused(first.url() + ": the server answered " + status + " Elsewhere, Location: " + second.url());
    }

    @Test
    void hasOneDeadlineForAllOfThem() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(9).handshakeTimeoutNs(2_000_000_000L), first.url());
        for (int i = 0; i < 3; i++) {
            loop.skip(600_000_000L);
            first.acceptNextAfter(redirect(302, "/x"));
            first.awaitRequest();
        }
        loop.skip(600_000_000L);
        assertThat(recorder.events).containsExactly("handshake TIMED_OUT");
        assertThat(ws.failure()).hasMessageEndingWith("timed out after 2000 ms while waiting for the server's answer");
    }

    @Test
    void saysThatTheServerOfTheRedirectIsNotThere() throws IOException {
        start(new WebSocketStream.Context().maxRedirects(1), first.url());
        String gone = second.url();
        second.close();
        first.send(redirect(302, gone));
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(ws.failure()).hasMessageContaining("(redirected from " + first.url() + "): connect 127.0.0.1:")
            .hasMessageEndingWith("Connection refused (ECONNREFUSED)");
    }

    @Test
    void doesNotLeaveTlsUnlessItIsAllowed() {
        WebSocketUrl secure = WebSocketUrl.parse("wss://a/x");
        HttpHead answer = new HttpHead("HTTP/1.1 302 Found", List.of(
            new HttpHead.Field("Location", "http://a/x")));
        HandshakeOptions options = new HandshakeOptions();
        options.maxRedirects = 1;
        Redirects strict = new Redirects(options);
        assertThat(strict.next(secure, 302, answer)).isNull();
        assertThat(strict.refusal()).isEqualTo("not followed: it leads out of TLS");
        options.insecureRedirects = true;
        assertThat(new Redirects(options).next(secure, 302, answer).text()).isEqualTo("ws://a/x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "wss://b/c | wss://b/c", "HTTPS://b:8443?q | wss://b:8443?q", "http://b | ws://b", "//b/c | wss://b/c",
        "/c?d | wss://a:9/c?d", "?d | wss://a:9/p/q?d", "c | wss://a:9/p/c", "../c/./d?.. | wss://a:9/c/d?..",
        "../../../c/.. | wss://a:9/", "#x | wss://a:9/p/q?r", "'' | wss://a:9/p/q?r",
    })
    void takesALocationRelativeToTheUrl(String location, String expected) {
        assertThat(WebSocketUrl.parse("wss://u:p@a:9/p/q?r").resolve(location).text()).isEqualTo(expected);
    }

    @Test
    void refusesAnImpossibleLimit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WebSocketStream.Context().maxRedirects(-1))
            .withMessage("maxRedirects must be at least 0: -1");
    }
}
