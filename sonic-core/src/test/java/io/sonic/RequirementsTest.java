package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A JVM that lacks a flag is told so in one sentence that names the flag.
 */
@Tag("epoll")
@Timeout(60)
final class RequirementsTest {
    private static final String NATIVE_ACCESS_IS_MISSING = "Sonic calls the system through java.lang.foreign: "
            + "start the JVM with --enable-native-access=ALL-UNNAMED";
    private static final String EXPORT_IS_MISSING = "Agrona, which Sonic uses, needs one more JVM flag: "
            + "--add-exports java.base/jdk.internal.misc=ALL-UNNAMED";

    @Test
    void namesTheFlagForNativeAccess() throws Exception {
        assertThat(openWith(ChildJvm.ADD_EXPORTS)).isEqualTo(NATIVE_ACCESS_IS_MISSING);
    }

    @Test
    void namesTheFlagForAgrona() throws Exception {
        assertThat(openWith(ChildJvm.NATIVE_ACCESS)).isEqualTo(EXPORT_IS_MISSING);
    }

    @Test
    void namesOneFlagAfterTheOtherWhenBothAreMissing() throws Exception {
        assertThat(openWith()).isEqualTo(EXPORT_IS_MISSING);
    }

    @Test
    void opensWithBothFlags() throws Exception {
        assertThat(openWith(ChildJvm.ADD_EXPORTS, ChildJvm.NATIVE_ACCESS)).isEqualTo("opened");
    }

    /**
     * What the child printed, its JVM included: there must be nothing else.
     */
    private static String openWith(String... flags) throws Exception {
        ChildJvm child = ChildJvm.run(Opening.class, flags);
        assertThat(child.status()).isZero();
        return child.output().strip();
    }

    /**
     * Opens a reactor and says how it went.
     */
    static final class Opening {
        private Opening() {
        }

        public static void main(String[] arguments) throws IOException {
            try (Reactor reactor = Reactor.open()) {
                System.out.println(reactor.isOpen() ? "opened" : "closed");
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
