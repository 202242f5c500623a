package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.command.PullImageResultCallback;
import io.sonic.examples.RunningCommand.Result;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/**
 * The Autobahn test suite from its container image, against the client: what {@code autobahn/run.sh} does where there
 * is a Docker and no Python 2.7. Of sections 12 and 13 the first parts, which take a minute.
 */
@Tag("docker")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(900)
class AutobahnContainerTest {

    private static final String IMAGE = "crossbario/autobahn-testsuite";
    private static final int PORT = 9001;
    private static final int PULL_SECONDS = 300;
    private static final String SPEC = """
            {"url": "ws://127.0.0.1:9001", "outdir": "/tmp/reports", "exclude-cases": [], "exclude-agent-cases": {},
             "cases": ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.1.*", "13.1.*"]}
            """;

    @Test
    void everyCasePasses() {
        pull();
        try (GenericContainer<?> suite = new GenericContainer<>(DockerImageName.parse(IMAGE))) {
            suite.withCopyToContainer(Transferable.of(SPEC.getBytes(StandardCharsets.UTF_8)), "/tmp/spec.json")
                    .withCommand("wstest", "-m", "fuzzingserver", "-s", "/tmp/spec.json", "-u", "0")
                    .withExposedPorts(PORT)
                    .waitingFor(Wait.forListeningPort())
                    .start();
            Result result = RunningCommand.run("autobahn-client", "--agent", "sonic", "--idle", "block",
                    "--url", "ws://" + suite.getHost() + ":" + suite.getMappedPort(PORT));

            assertThat(result.status()).as(result.err()).isZero();
            // 7.1.6, 7.13.1 and 7.13.2: the standard leaves open how they end.
            assertThat(result.lastLine()).isEqualTo("autobahn-client: cases=337 ok=334 informational=3 other=0");
        }
    }

    /** Gets the image, or has the test skipped: a Docker without a registry is no failure of ours. */
    private static void pull() {
        try {
            boolean complete = DockerClientFactory.instance().client().pullImageCmd(IMAGE).withTag("latest")
                    .exec(new PullImageResultCallback()).awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS);
            if (!complete) {
                abort("the image " + IMAGE + " did not come within " + PULL_SECONDS + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort("interrupted");
        } catch (RuntimeException e) {
            abort("the image " + IMAGE + " cannot be had: " + e.getMessage().lines().findFirst().orElse(""));
        }
    }
}
