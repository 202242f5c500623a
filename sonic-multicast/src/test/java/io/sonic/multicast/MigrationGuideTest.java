package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/coming-from-sonic-go.md} names of this module is there, and public.
 */
class MigrationGuideTest {
    private static final Path PAGE = Path.of("../docs/coming-from-sonic-go.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final List<String> PACKAGES =
            List.of("io.sonic.multicast.", "io.sonic.feed.", "io.sonic.", "java.net.");

    @Test
    void namesWhatIsThere() throws IOException {
        List<String> names = names();

        assertThat(names).contains("MulticastPeer.join", "Membership.block", "Feed").hasSizeGreaterThan(40);
        assertThat(names.stream().filter(name -> !exists(name))).isEmpty();
    }

    /**
     * The code in the second column of the section.
     */
    private static List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        boolean here = false;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("## ")) {
                here = line.equals("## Multicast");
            } else if (here && line.startsWith("| ") && !line.startsWith("| ---")) {
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
        String member = name.substring(dot + 1);
        return owner != null && List.of(owner.getMethods()).stream().map(Member::getName).anyMatch(member::equals);
    }

    private static Class<?> type(String name) {
        for (String prefix : PACKAGES) {
            try {
                return Class.forName(
                        prefix + name.replace('.', '$'), false, MigrationGuideTest.class.getClassLoader());
            } catch (ClassNotFoundException notInThisPackage) {
                continue;
            }
        }
        return null;
    }
}
