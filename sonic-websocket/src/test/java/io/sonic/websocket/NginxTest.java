package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * A session through nginx, which ends TLS and passes websockets on to a venue in this process; then nginx stands still,
 * and is killed and started again. Skipped where there is no Docker.
 */
@Tag("docker")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(300)
class NginxTest {
    private static final int PORT = 8443;
    private static final int MESSAGES = 10_000;
    private static final long MILLISECOND_NS = 1_000_000L;
    private static final String CONFIGURATION = """
        worker_processes 1;
        error_log /dev/stderr warn;
        events {}
        http {
            access_log off;
            map $http_upgrade $connection_upgrade {
                default upgrade;
                '' close;
            }
            server {
                listen 8443 ssl;
                ssl_certificate /etc/nginx/server.pem;
                ssl_certificate_key /etc/nginx/server.key;
                location / {
                    proxy_pass http://host.docker.internal:%d;
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                    proxy_set_header Host $host;
                    proxy_read_timeout 60s;
                }
            }
        }
        """;

    private final List<String> events = new ArrayList<>();
    private final List<WebSocketStream> peers = new ArrayList<>();
    private final List<String> subscribed = new ArrayList<>();
    private final BitSet echoed = new BitSet();
    private final BitSet toldLost = new BitSet();
    private final int[] told = new int[MESSAGES];
    private final UnsafeBuffer message = Hex.direct(new byte[200]);
    private Loop loop;
    private TcpListener listener;
    private GenericContainer<?> nginx;
    private TlsContext tls;
    private WebSocketSession session;
    private int port;
    private boolean ordered = true;
    private int lastEchoed = -1;

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        listener = TcpListener.open(loop.reactor, new InetSocketAddress("0.0.0.0", 0));
        accept();
        tls = TestTls.client("http/1.1");
        nginx = new GenericContainer<>(new ImageFromDockerfile("sonic-nginx-test", false)
            .withDockerfileFromBuilder(file -> file.from("debian:bookworm-slim")
                .run("apt-get update && apt-get install -y --no-install-recommends nginx-light")
                .cmd("nginx", "-g", "daemon off;").build()))
            .withExtraHost("host.docker.internal", "host-gateway")
            .withCopyToContainer(Transferable.of(TestTls.certificatePem()), "/etc/nginx/server.pem")
            .withCopyToContainer(Transferable.of(TestTls.keyPem()), "/etc/nginx/server.key")
            .withCopyToContainer(Transferable.of(CONFIGURATION.formatted(listener.localAddress().getPort())),
                "/etc/nginx/nginx.conf")
            .withExposedPorts(PORT)
            .waitingFor(Wait.forListeningPort());
        nginx.start();
        port = nginx.getMappedPort(PORT);
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
        }
        peers.forEach(WebSocketStream::close);
        listener.close();
        nginx.stop();
        loop.close();
    }

    /**
     * The venue keeps what it is sent first as a subscription, and sends everything else back.
     */
    private void accept() {
        listener.asyncAccept((status, stream) -> {
            if (status != IoStatus.OK) {
                return;
            }
            try {
                WebSocketStream peer = WebSocketStream.open(loop.reactor);
                peers.add(peer);
                peer.asyncAccept(stream, outcome -> {
                    if (outcome == IoStatus.OK) {
                        peer.asyncNextMessage(new Echo(peer));
                    }
                });
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            accept();
        });
    }

    private final class Echo implements MessageHandler {
        private final WebSocketStream peer;

        Echo(WebSocketStream peer) {
            this.peer = peer;
        }

        @Override
        public void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status != IoStatus.OK) {
                return;
            }
            if (type == Opcode.TEXT) {
                subscribed.add(Recorder.text(buffer, offset, length));
            } else {
                peer.asyncWrite(type, buffer, offset, length, (written, count) -> { });
            }
            peer.asyncNextMessage(this);
        }
    }

    private void start() {
        WebSocketSession.Context context = new WebSocketSession.Context(() -> "wss://" + nginx.getHost() + ":" + port
            + "/feed").connection(() -> new WebSocketStream.Context().tls(tls).header("X-Desk", "7"))
            .subscriptions("subscribe").pingIntervalNs(300 * MILLISECOND_NS).pongTimeoutNs(700 * MILLISECOND_NS)
            .backoff(50 * MILLISECOND_NS, 500 * MILLISECOND_NS);
        session = WebSocketSession.open(loop.reactor, context, new SessionHandler() {
            @Override
            public void onMessage(Opcode type, DirectBuffer buffer, int offset, int length) {
                int number = buffer.getInt(offset);
                echoed.set(number);
                ordered &= number > lastEchoed;
                lastEchoed = number;
            }

            @Override
            public void onConnected() {
                events.add("connected");
                lastEchoed = -1;
            }

            @Override
            public void onDisconnected(Disconnect why) {
                events.add(why.cause().toString());
            }
        });
        session.start();
        awaitConnection(1);
    }

    private void awaitConnection(int number) {
        loop.until(() -> session.isConnected() && subscribed.size() == number);
        assertThat(subscribed).containsOnly("subscribe");
    }

    /**
     * Sends the messages of a range that were not echoed yet, as far as they are accepted.
     */
    private void send(int from, int to) {
        for (int i = echoed.nextClearBit(from); i < to; i = echoed.nextClearBit(i + 1)) {
            int number = i;
            message.putInt(0, number);
            boolean[] accepted = {false};
            loop.until(() -> {
                SendOutcome outcome = session.tryWrite(Opcode.BINARY, message, 0, 200, (status, length) -> {
                    told[number]++;
                    toldLost.set(number, status != IoStatus.OK);
                });
                accepted[0] = outcome == SendOutcome.ACCEPTED;
                return outcome != SendOutcome.BACK_PRESSURED;
            });
            if (!accepted[0]) {
                return;
            }
        }
    }

    private DockerClient docker() {
        return nginx.getDockerClient();
    }

    @Test
    void carriesTenThousandMessagesBothWays() {
        start();
        TlsStream transport = (TlsStream) session.stream().transport();
        assertThat(transport.applicationProtocol()).isEqualTo("http/1.1");
        assertThat(peers.getFirst().header("X-Desk")).isEqualTo("7");
        assertThat(peers.getFirst().host()).isEqualTo(nginx.getHost());
        send(0, MESSAGES);
        loop.until(() -> echoed.cardinality() == MESSAGES);
        assertThat(ordered).isTrue();
        assertThat(told).containsOnly(1);
        assertThat(events).containsExactly("connected");
    }

    @Test
    void noticesThatTheProxyStandsStillAndRecovers() {
        start();
        docker().pauseContainerCmd(nginx.getContainerId()).exec();
        try {
            loop.until(() -> events.size() == 2);
            assertThat(events).containsExactly("connected", "HEARTBEAT_MISSED");
            assertThat(session.isConnected()).isFalse();
        } finally {
            docker().unpauseContainerCmd(nginx.getContainerId()).exec();
        }
        awaitConnection(2);
        send(0, 100);
        loop.until(() -> echoed.cardinality() == 100);
    }

    @Test
    void recoversWhenTheProxyIsKilledAndLosesNothingItWasNotToldAbout() {
        start();
        send(0, MESSAGES / 2);
        docker().killContainerCmd(nginx.getContainerId()).exec();
        loop.until(() -> events.size() == 2);
        assertThat(events.get(1)).isIn("LOST", "HEARTBEAT_MISSED");
        loop.settle();
        // Each message was told about once; what did not come back was sent before the session told of the break.
        assertThat(Arrays.stream(told, 0, MESSAGES / 2).max().orElse(0)).isEqualTo(1);
        assertThat(echoed.stream().noneMatch(number -> toldLost.get(number))).isTrue();
        assertThat(session.tryWrite(Opcode.BINARY, message, 0, 200, (status, length) -> { }))
            .isEqualTo(SendOutcome.NOT_CONNECTED);
        loop.until(() -> session.failedAttempts() > 0);

        docker().startContainerCmd(nginx.getContainerId()).exec();
        port = mappedPort();
        awaitConnection(2);
        send(0, MESSAGES);
        loop.until(() -> echoed.cardinality() == MESSAGES);
        assertThat(ordered).isTrue();
        assertThat(events).hasSize(3).endsWith("connected");
    }

    /**
     * The port may be another one after a new start.
     */
    private int mappedPort() {
        Map<ExposedPort, Ports.Binding[]> bindings =
            docker().inspectContainerCmd(nginx.getContainerId()).exec().getNetworkSettings().getPorts().getBindings();
        return Integer.parseInt(bindings.values().iterator().next()[0].getHostPortSpec());
    }
}
