package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Keeps the libraries slim: what a module brings to its users' class path, direct or not, is what stands here and
 * no more.
 *
 * <p>Reads the lists of resolved dependencies that the build leaves in each module's {@code target}.
 */
class ModuleDependenciesTest {

    /** Group, artifact and scope out of lines such as {@code org.agrona:agrona:jar:2.6.0:compile -- module …}. */
    private static final Pattern DEPENDENCY =
            Pattern.compile("(?m)^ +([^:\\s]+:[^:\\s]+):(?:[^:\\s]+:)+(compile|provided|runtime|system|test)\\b");

    @ParameterizedTest
    @CsvSource({
        "sonic-core,      org.agrona:agrona",
        "sonic-buffers,   org.agrona:agrona io.sonic:sonic-core",
        "sonic-websocket, org.agrona:agrona io.sonic:sonic-core io.sonic:sonic-buffers",
        "sonic-multicast, org.agrona:agrona io.sonic:sonic-core io.sonic:sonic-buffers",
    })
    void libraryBringsOnlyTheDependenciesOfTheDesign(String module, String allowed) throws IOException {
        Path list = Path.of("..", module, "target", "dependencies.txt");
        assertThat(list).as("the list of a build from the root").isRegularFile();

        Set<String> dependencies = new TreeSet<>();
        for (MatchResult dependency : DEPENDENCY.matcher(Files.readString(list)).results().toList()) {
            if (!dependency.group(2).equals("test")) {
                dependencies.add(dependency.group(1));
            }
        }
        assertThat(dependencies).as("dependencies of %s", module).containsExactlyInAnyOrder(allowed.split(" "));
    }
}
