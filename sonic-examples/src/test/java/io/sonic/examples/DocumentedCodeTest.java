package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The code that the README shows is code that is compiled. */
class DocumentedCodeTest {

    @Test
    void theFirstProgramOfTheReadMeIsOneOfTheExamples() throws IOException {
        String readMe = Files.readString(Path.of("../README.md"));
        int begin = readMe.indexOf("```java\n") + "```java\n".length();
        String shown = readMe.substring(begin, readMe.indexOf("```", begin));
        String compiled = Files.readString(Path.of("src/main/java/io/sonic/examples/FirstProgram.java"));

        assertThat(shown).isNotBlank();
        assertThat(compiled.indent(0)).contains(shown.indent(4).stripTrailing());
    }
}
