package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of this module once more in a network namespace of their own, over real devices and both families; no
 * rights are needed for it. Where namespaces are forbidden, the run over lo has to do, and this test says so.
 */
class NamespaceTest {
    private static final List<Class<?>> TESTS = List.of(
            MulticastPeerTest.class, SourceFilterTest.class, TwoLinesTest.class, AllocationTest.class,
            MulticastInterfaceTest.class, DatagramInfoTest.class, DefectsOfTheOriginalTest.class, FeedTest.class,
            NioMulticastTest.class);
    private static final long PATIENCE_MINUTES = 4;
    private static final Pattern PASSED = Pattern.compile("namespace: passed=(\\d+) failed=0 skipped=0");

    @Test
    void allTestsPassOverRealDevicesInBothFamilies(@TempDir Path directory) throws Exception {
        File output = directory.resolve("output").toFile();
        Process process = start(output);
        boolean ended;
        try {
            ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output.toPath());
        if (!text.contains("namespace ready")) {
            abort("no network namespaces here, so the tests ran over lo only: " + text.strip());
        }

        assertThat(ended).as("ended in time; its output: %s", text).isTrue();
        assertThat(text).contains("links: " + List.of(
                Link.LOOPBACK_IPV4, Link.LOOPBACK_IPV6, Link.LINE_A_IPV4, Link.LINE_A_IPV6));
        Matcher passed = PASSED.matcher(text);
        assertThat(passed.find()).as(text).isTrue();
        assertThat(Integer.parseInt(passed.group(1))).isGreaterThan(4 * 40);
        assertThat(process.exitValue()).isZero();
    }

    private static Process start(File output) throws IOException, URISyntaxException {
        List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--net", "sh",
                Path.of(NamespaceTest.class.getResource("/namespace.sh").toURI()).toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NamespaceRun.class.getName()));
        TESTS.forEach(test -> command.add(test.getName()));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
        } catch (IOException e) {
            return abort("unshare(1) is not here, so the tests ran over lo only: " + e.getMessage());
        }
    }
}
