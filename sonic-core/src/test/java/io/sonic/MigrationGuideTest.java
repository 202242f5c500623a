package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/coming-from-sonic-go.md} names of this module is there, and public.
 */
final class MigrationGuideTest {
    private static final Path PAGE = Path.of("../docs/coming-from-sonic-go.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    /**
     * Sections about other modules.
     */
    private static final Set<String> ELSEWHERE = Set.of("Buffers", "Websocket", "Multicast");
    private static final List<String> PACKAGES = List.of("io.sonic.", "io.sonic.tls.", "java.lang.");

    @Test
    void namesWhatIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        List<String> names = names();
        for (String name : names) {
            if (!exists(name)) {
                missing.add(name);
            }
        }

        assertThat(names).contains("Reactor.run", "TlsStream").hasSizeGreaterThan(80);
        assertThat(missing).isEmpty();
    }

    /**
     * The code in the second column of the tables.
     */
    private static List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        String section = "";
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("| ") && !line.startsWith("| ---") && !ELSEWHERE.contains(section)) {
                Matcher code = CODE.matcher(line.split("\\|")[2]);
                while (code.find()) {
                    names.add(code.group(1));
                }
            }
        }
        return names;
    }

    private static boolean exists(String name) {
        Class<?> type = type(name);
        if (type != null) {
            return Modifier.isPublic(type.getModifiers());
        }
        int dot = name.lastIndexOf('.');
        Class<?> owner = dot < 0 ? null : type(name.substring(0, dot));
        return owner != null && Stream.concat(Stream.of(owner.getMethods()), Stream.of(owner.getFields()))
                .map(Member::getName).anyMatch(name.substring(dot + 1)::equals);
    }

    private static Class<?> type(String name) {
        for (String prefix : PACKAGES) {
            try {
                return Class.forName(prefix + name.replace('.', '$'), false, MigrationGuideTest.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        return null;
    }
}
