package io.sonic.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {

    private static final int CLASS_FILE_OF_JAVA_8 = 52;

    @Test
    void isLoadableByJava8() throws IOException {
        try (DataInputStream classFile = new DataInputStream(Launcher.class.getResourceAsStream("Launcher.class"))) {
            assertThat(classFile.readInt()).isEqualTo(0xCAFEBABE);
            assertThat(classFile.readUnsignedShort()).as("minor version").isZero();
            assertThat(classFile.readUnsignedShort()).as("major version").isEqualTo(CLASS_FILE_OF_JAVA_8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8", "9", "17", "24"})
    void namesTheVersionItNeedsAndTheOneItFound(String version) {
        assertThat(Launcher.refusal(version, "/opt/jdk")).isEqualTo(
                "sonic-examples needs Java 25 or later, and this is Java " + version + " at /opt/jdk.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "26", "100"})
    void acceptsTheVersionItNeedsAndLaterOnes(String version) {
        assertThat(Launcher.refusal(version, "/opt/jdk")).isNull();
    }

    @Test
    void handsOverToTheExamples() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process launcher = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"),
                Launcher.class.getName(), "--help").redirectErrorStream(true).start();

        assertThat(new String(launcher.getInputStream().readAllBytes(), UTF_8)).startsWith("Usage: sonic-examples ");
        assertThat(launcher.waitFor()).isZero();
    }
}
