package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.sonic.examples.FeedNetwork.Results;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/**
 * A feed from one container to another, over a network of Docker, with faults and a re-request server. The containers
 * run the JVM and the classes of this test, which they see read-only.
 */
@Tag("docker")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(900)
class FeedContainersTest {

    private static final String IMAGE = "debian:bookworm-slim";
    private static final int MESSAGES = 6000;
    private static final int REREQUEST_PORT = 30_003;
    private static final long PATIENCE_NS = 60_000_000_000L;
    /** The groups as the kernel lists them. */
    private static final String[] JOINED = {"010501EF", "020501EF"};
    private static final List<String> LINES = List.of("--protocol", "itch", "--idle", "block",
            "--line", "239.1.5.1:30001@eth0", "--line", "239.1.5.2:30002@eth0");

    @Test
    void twoContainersExchangeAFeed() throws Exception {
        try (Network network = Network.newNetwork();
                GenericContainer<?> sending = container(network).withNetworkAliases("publisher");
                GenericContainer<?> receiving = container(network)) {
            start(sending);
            start(receiving);
            CompletableFuture<Results> receiver = CompletableFuture.supplyAsync(() -> run(receiving, "feed-receive",
                    "--from", "1", "--gap-timeout", "500ms", "--idle-exit", "20s",
                    "--rerequest", "publisher:" + REREQUEST_PORT));
            awaitJoined(receiving, receiver);

            Results published = run(sending, "feed-publish", "--count", "" + MESSAGES, "--rate", "6000",
                    "--loss", "8", "--reorder", "5", "--duplicate", "5", "--seed", "11",
                    "--rerequest-port", "" + REREQUEST_PORT, "--linger", "5s");
            Results received = receiver.get(PATIENCE_NS, TimeUnit.NANOSECONDS);

            assertThat(published.status()).as(published.err()).isZero();
            assertThat(received.status()).as(received.err()).isZero();
            assertThat(published.number("feed-publish", "lost_on_all")).isPositive();
            assertThat(received.number("feed-receive", "delivered")).as(received.out()).isEqualTo(MESSAGES);
            assertThat(received.number("feed-receive", "lost")).isZero();
            assertThat(received.number("feed-receive", "recovered"))
                    .isEqualTo(published.number("feed-publish", "lost_on_all"));
        }
    }

    /**
     * A container that sees the JDK and the class path where they are here. Testcontainers' own way to bind files first
     * starts an image that has to be pulled.
     */
    private static GenericContainer<?> container(Network network) {
        List<String> paths = classPath();
        paths.add(System.getProperty("java.home"));
        List<Bind> binds = paths.stream().filter(path -> new File(path).exists())
                .map(path -> new Bind(path, new Volume(path), AccessMode.ro)).toList();
        return new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withCreateContainerCmdModifier(create -> create.getHostConfig().withBinds(binds))
                .withNetwork(network).withCommand("sleep", "infinity");
    }

    private static void start(GenericContainer<?> container) {
        try {
            container.start();
        } catch (ContainerFetchException e) {
            // A Docker without a registry is no failure of ours.
            abort("the image " + IMAGE + " cannot be had: " + e.getMessage());
        }
    }

    private static Results run(GenericContainer<?> container, String command, String... options) {
        List<String> all = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", "-Xmx300m", "-cp", String.join(File.pathSeparator, classPath()),
                Main.class.getName(), command));
        all.addAll(LINES);
        all.addAll(List.of(options));
        try {
            ExecResult result = container.execInContainer(all.toArray(String[]::new));
            return new Results(result.getExitCode(), result.getStdout(), result.getStderr());
        } catch (Exception e) {
            throw new IllegalStateException(command, e);
        }
    }

    /** Waits until the receiver is a member of both groups. */
    private static void awaitJoined(GenericContainer<?> container, CompletableFuture<Results> receiver)
            throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NS;
        String groups = "";
        while (!groups.contains(JOINED[0]) || !groups.contains(JOINED[1])) {
            assertThat(System.nanoTime()).as("joined in time: %s", groups).isLessThan(deadline);
            assertThat(receiver.isDone()).as("%s", receiver).isFalse();
            groups = container.execInContainer("cat", "/proc/net/igmp").getStdout();
        }
    }

    /** What the commands need, absolute. */
    private static List<String> classPath() {
        List<String> entries = new ArrayList<>();
        // Surefire may have put a jar that only names the others on the real class path.
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : all.split(File.pathSeparator)) {
            if (entry.matches(".*(sonic-|agrona|picocli|HdrHistogram|jackson|/classes).*")
                    && !entry.contains("test-classes")) {
                entries.add(new File(entry).getAbsolutePath());
            }
        }
        return entries;
    }
}
