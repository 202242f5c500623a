package io.sonic.examples;

import java.lang.reflect.InvocationTargetException;

/**
 * The entry of the runnable jar: checks the version of Java and hands over to {@code Main}.
 *
 * <p>It is compiled for Java 8, so that an older Java can load it and tell its user which version is needed, where
 * it would otherwise fail on the version of the first class file.
 */
public final class Launcher {

    private static final int REQUIRED_VERSION = 25;

    private Launcher() {
    }

    /**
     * Runs the examples, or prints one sentence on standard error and ends with status 1 where Java is too old.
     *
     * @param args the command and its options.
     * @throws Throwable whatever the examples throw.
     */
    public static void main(String[] args) throws Throwable {
        String refusal = refusal(System.getProperty("java.specification.version"), System.getProperty("java.home"));
        if (refusal != null) {
            System.err.println(refusal);
            System.exit(1);
        }
        try {
            // By name: a reference would make Java 8 load a class file of Java 25.
            Class.forName("io.sonic.examples.Main").getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Returns the sentence for a Java that is too old, null for one that is not. */
    static String refusal(String specificationVersion, String home) {
        // Up to Java 8 the version is written 1.8.
        if (Integer.parseInt(specificationVersion.replaceFirst("^1\\.", "")) >= REQUIRED_VERSION) {
            return null;
        }
        return "sonic-examples needs Java " + REQUIRED_VERSION + " or later, and this is Java " + specificationVersion
                + " at " + home + ".";
    }
}
