package io.sonic.examples;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** Where a command shows how it goes: a terminal whose lines are written over, or a place for plain text. */
final class Screen {

    /** Control sequences of ECMA-48: so many lines up, and what is behind in the line, and below, cleared. */
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    /** Of xterm and those after it: a line that is too long for the terminal is cut off, or wrapped. */
    private static final String CUT_OFF = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";

    private final PrintWriter out;
    private final boolean inPlace;
    private int linesToReplace;

    Screen(PrintWriter out, boolean inPlace) {
        this.out = out;
        this.inPlace = inPlace;
    }

    /** Creates a screen that writes over its lines if it is a terminal that can, and its user wants it. */
    static Screen of(PrintWriter out) {
        Console console = System.console();
        return new Screen(out, console != null && console.isTerminal() && takesControlSequences(System.getenv()));
    }

    /** Follows no-color.org, and what TERM says. */
    static boolean takesControlSequences(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    boolean isInPlace() {
        return inPlace;
    }

    /** Prints lines that stay, below what is there. */
    void print(List<String> lines) {
        linesToReplace = 0;
        lines.forEach(out::println);
        out.flush();
    }

    /** Shows lines in the place of those of the last call, or below where that cannot be done. */
    void replace(List<String> lines) {
        if (!inPlace) {
            print(lines);
            return;
        }
        StringBuilder text = new StringBuilder(CUT_OFF);
        if (linesToReplace > 0) {
            text.append(String.format(UP, linesToReplace));
        }
        for (String line : lines) {
            text.append(line).append(CLEAR_LINE).append(System.lineSeparator());
        }
        out.print(text.append(CLEAR_BELOW).append(WRAP));
        out.flush();
        linesToReplace = lines.size();
    }
}
