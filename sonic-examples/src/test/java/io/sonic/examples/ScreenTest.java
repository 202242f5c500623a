package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private static final String NEW_LINE = System.lineSeparator();
    private static final String CUT_OFF = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void printsPlainLinesOneBelowTheOtherWhereThereIsNoTerminal() {
        Screen screen = new Screen(out, false);
        screen.replace(List.of("one"));
        screen.replace(List.of("two", "three"));

        assertThat(text.toString()).isEqualTo("one" + NEW_LINE + "two" + NEW_LINE + "three" + NEW_LINE);
        assertThat(screen.isInPlace()).isFalse();
    }

    @Test
    void writesOverTheLinesOfTheLastCall() {
        Screen screen = new Screen(out, true);
        screen.replace(List.of("one", "two"));
        screen.replace(List.of("three"));

        assertThat(text.toString()).isEqualTo(
                CUT_OFF + "one" + CLEAR_LINE + NEW_LINE + "two" + CLEAR_LINE + NEW_LINE + CLEAR_BELOW + WRAP
                + CUT_OFF + "\u001b[2A" + "three" + CLEAR_LINE + NEW_LINE + CLEAR_BELOW + WRAP);
        assertThat(screen.isInPlace()).isTrue();
    }

    @Test
    void leavesPrintedLinesAlone() {
        Screen screen = new Screen(out, true);
        screen.replace(List.of("one"));
        screen.print(List.of("stays"));
        screen.replace(List.of("two"));

        assertThat(text.toString()).endsWith(
                "stays" + NEW_LINE + CUT_OFF + "two" + CLEAR_LINE + NEW_LINE + CLEAR_BELOW + WRAP);
    }

    @Test
    void doesWhatTheTerminalAndItsUserSay() {
        assertThat(Screen.takesControlSequences(Map.of("TERM", "xterm-256color"))).isTrue();
        assertThat(Screen.takesControlSequences(Map.of("TERM", "xterm", "NO_COLOR", ""))).isTrue();
        assertThat(Screen.takesControlSequences(Map.of("TERM", "xterm", "NO_COLOR", "1"))).isFalse();
        assertThat(Screen.takesControlSequences(Map.of("TERM", "dumb"))).isFalse();
        assertThat(Screen.takesControlSequences(Map.of())).isFalse();
    }
}
