package io.sonic.multicast;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs test classes in the process that {@link NamespaceTest} started; its last line is the outcome.
 */
final class NamespaceRun {
    private NamespaceRun() {
    }

    /**
     * Ends with status 0 when all links were there and every test ran and passed.
     *
     * @param args names of test classes.
     */
    public static void main(String[] args) throws Exception {
        System.out.println("links: " + Link.all());
        List<DiscoverySelector> classes = new ArrayList<>();
        for (String name : args) {
            classes.add(selectClass(name));
        }
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(
                LauncherDiscoveryRequestBuilder.request().selectors(classes).build(), listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 8);
        long failed = summary.getTotalFailureCount();
        long left = summary.getTestsFoundCount() - summary.getTestsSucceededCount() - summary.getTestsFailedCount()
                + summary.getContainersSkippedCount() + summary.getContainersAbortedCount();
        System.out.println("namespace: passed=" + summary.getTestsSucceededCount() + " failed=" + failed
                + " skipped=" + left);
        System.exit(failed == 0 && left == 0 ? 0 : 1);
    }
}
