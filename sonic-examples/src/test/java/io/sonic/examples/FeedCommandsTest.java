package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sonic.examples.FeedNetwork.Results;
import io.sonic.examples.FeedNetwork.Running;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A publisher and a receiver as two processes, over two lines with faults. The publisher knows which messages no line
 * carried: the receiver must have all others, and report these lost.
 */
@Timeout(240)
class FeedCommandsTest {

    private static final String LINE_RESULT =
            "line %d: packets=\\d+ wins=\\d+ late=\\d+ missing=\\d+ kernel_drops=\\d+";
    private static final String RESULT =
            "feed-receive: delivered=\\d+ duplicates=\\d+ gaps=\\d+ recovered=\\d+ lost=\\d+ first=\\d+ last=\\d+";
    private static final int MESSAGES = 6000;

    @TempDir
    private Path directory;

    @Test
    void everythingThatALineCarriedArrivesAndTheRestIsReportedLost() throws Exception {
        for (String protocol : List.of("itch", "mdp3", "sequenced")) {
            try (FeedNetwork network = FeedNetwork.open(directory)) {
                Results[] both = exchange(network, protocol, "239.1.1.%d", List.of());

                long lost = both[0].number("feed-publish", "lost_on_all");
                long last = both[0].number("feed-publish", "last");
                assertThat(lost).as("%s: both lines lose something", protocol).isPositive();
                assertThat(both[1].number("feed-receive", "first")).isEqualTo(1);
                // What is lost at the very end is known only where the protocol says how the feed ends.
                assertThat(both[1].number("feed-receive", "last")).isGreaterThan(last - 20);
                assertThat(both[1].number("feed-receive", "delivered")).as(protocol).isEqualTo(last - lost);
                assertThat(both[1].number("feed-receive", "recovered")).isZero();
                if (protocol.equals("itch")) {
                    assertThat(both[1].number("feed-receive", "lost")).isEqualTo(lost);
                }
                assertThat(both[1].number("line 0:", "packets")).isEqualTo(both[0].number("line 0:", "packets")
                        + (protocol.equals("itch") ? ends(both, 0) : 0));
            }
        }
    }

    @Test
    void whatNoLineCarriedIsAskedForAgain() throws Exception {
        try (FeedNetwork network = FeedNetwork.open(directory)) {
            int port = FeedNetwork.freePort();
            Results[] both = exchange(network, "itch", "239.1.2.%d", List.of("--rerequest-port", "" + port),
                    "--rerequest", network.source(0) + ":" + port);

            assertThat(both[1].number("feed-receive", "delivered")).isEqualTo(MESSAGES);
            assertThat(both[1].number("feed-receive", "lost")).isZero();
            assertThat(both[1].number("feed-receive", "recovered")).isPositive()
                    .isEqualTo(both[0].number("feed-publish", "lost_on_all"));
        }
    }

    @Test
    void carriesAFeedOverIpv6() throws Exception {
        carries("[ff15::99:%d]");
    }

    @Test
    void carriesAFeedFromItsSourcesOnly() throws Exception {
        carries("239.1.4.%d", "--source", "10.77.1.1", "--source", "10.77.2.1");
    }

    private void carries(String groups, String... receive) throws Exception {
        try (FeedNetwork network = FeedNetwork.open(directory)) {
            assumeTrue(network.isNamespace(), "no network namespaces here");
            Results[] both = exchange(network, "itch", groups, List.of(), receive);

            assertThat(both[1].number("feed-receive", "delivered") + both[1].number("feed-receive", "lost"))
                    .isEqualTo(MESSAGES);
            assertThat(both[1].number("feed-receive", "lost"))
                    .isEqualTo(both[0].number("feed-publish", "lost_on_all"));
        }
    }

    @Test
    void saysThatALineIsSilentWhenItsInterfaceIsDownAndThatItIsBack() throws Exception {
        try (FeedNetwork network = FeedNetwork.open(directory)) {
            assumeTrue(network.isNamespace(), "no network namespaces here");
            int port = FeedNetwork.freePort();
            Running receiver = network.start("feed-receive", "--protocol", "mdp3", "--idle", "block",
                    "--line", "239.1.3.1:" + port + "@rxA", "--line", "239.1.3.2:" + port + "@rxB");
            receiver.awaitLines("listening on", 2);
            Running publisher = network.start("feed-publish", "--protocol", "mdp3", "--idle", "block",
                    "--count", "10000000", "--rate", "2000",
                    "--line", "239.1.3.1:" + port + "@txA", "--line", "239.1.3.2:" + port + "@txB");
            receiver.awaitLines("delivered=", 1);

            network.run("ip", "link", "set", "rxB", "down");
            receiver.awaitLines("line 1 is silent", 1);
            network.run("ip", "link", "set", "rxB", "up");
            receiver.awaitLines("line 1 is back", 1);
            publisher.process().destroy();
            receiver.process().destroy();

            Results received = receiver.await();
            assertThat(received.err()).isEmpty();
            assertThat(received.number("feed-receive", "lost")).isZero();
            assertThat(received.number("line 1:", "missing")).isPositive();
        }
    }

    @Test
    void refusesWrongOptionsWithOneSentence() {
        assertThat(refusal("--protocol", "itch", "--line", "239.1.1.1:30001"))
                .contains("option '--line'").contains("'239.1.1.1:30001' is not GROUP:PORT@INTERFACE");
        assertThat(refusal("--protocol", "itch", "--line", "10.1.1.1:30001@lo"))
                .contains("'10.1.1.1' is no multicast group");
        assertThat(refusal("--protocol", "itch", "--line", "239.1.1.1:70000@lo"))
                .contains("'239.1.1.1:70000@lo' has no port of 0 to 65535");
        assertThat(refusal("--protocol", "mdp3", "--line", "239.1.1.1:1@lo", "--rerequest", "a:1"))
                .contains("--rerequest is for the protocol itch only");
        assertThat(refusal("--protocol", "itch", "--line", "239.1.1.1:1@lo", "--rerequest", "a"))
                .contains("--rerequest must be HOST:PORT: a");
        assertThat(refusal("--protocol", "itch", "--line", "239.1.1.1:1@lo", "--gap-timeout", "3"))
                .contains("'3' is not a time such as 500us, 1ms or 2s");
        assertThat(RunningCommand.run("feed-receive", "--protocol", "itch", "--line", "239.1.1.1:0@nowhere").err())
                .startsWith("feed-receive: no network interface 'nowhere'; there are: lo (index 1");
        assertThat(RunningCommand.run("feed-receive", "--protocol", "itch", "--line", "239.1.1.1:0@lo", "--source",
                "239.1.1.2").err()).isEqualTo("feed-receive: no source of datagrams: 239.1.1.2\n");
        assertThat(RunningCommand.run("feed-publish", "--protocol", "mdp3", "--line", "239.1.1.1:1@lo", "--loss", "101")
                .err()).startsWith("--loss must be 0 to 100: 101.0");
    }

    private static String refusal(String... args) {
        List<String> all = new ArrayList<>(List.of("feed-receive"));
        all.addAll(List.of(args));
        RunningCommand.Result result = RunningCommand.run(all.toArray(String[]::new));
        assertThat(result.status()).isEqualTo(2);
        return result.err();
    }

    /** Packets that end the session, which the receiver may or may not see all of. */
    private static long ends(Results[] both, int line) {
        return both[1].number("line " + line + ":", "packets") - both[0].number("line " + line + ":", "packets");
    }

    /** Runs a receiver, and then a publisher; returns the results of the publisher and of the receiver. */
    private static Results[] exchange(
            FeedNetwork network, String protocol, String groups, List<String> publish, String... receive)
            throws Exception {
        int port = FeedNetwork.freePort();
        List<String> receiving = new ArrayList<>(List.of("feed-receive", "--protocol", protocol, "--idle", "block",
                "--from", "1", "--gap-timeout", "1s", "--idle-exit", "5s"));
        List<String> publishing = new ArrayList<>(List.of("feed-publish", "--protocol", protocol, "--idle", "block",
                "--count", "" + MESSAGES, "--rate", "6000", "--batch", "2", "--loss", "8", "--reorder", "5",
                "--duplicate", "5", "--seed", "11"));
        for (int line = 0; line < 2; line++) {
            String group = groups.formatted(line + 1) + ":" + port + "@";
            receiving.addAll(List.of("--line", group + network.receiving(line)));
            publishing.addAll(List.of("--line", group + network.sending(line)));
        }
        receiving.addAll(List.of(receive));
        publishing.addAll(publish);
        Running receiver = network.start(receiving.toArray(String[]::new));
        receiver.awaitLines("listening on", 2);
        Results published = network.start(publishing.toArray(String[]::new)).await();
        Results received = receiver.await();

        assertThat(published.status()).as(published.err()).isZero();
        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.lastLine()).matches(RESULT);
        List<String> lines = received.out().lines().toList();
        assertThat(lines.get(lines.size() - 3)).matches(LINE_RESULT.formatted(0));
        assertThat(lines.get(lines.size() - 2)).matches(LINE_RESULT.formatted(1));
        assertThat(received.number("line 0:", "kernel_drops")).isZero();
        return new Results[] {published, received};
    }
}
