package io.sonic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Resolves the names of the tests, so that they need no network and no file of the host.
 */
public final class TestNames extends InetAddressResolverProvider {
    /**
     * Has no address. RFC 6761, 6.4: nor has any other name under it.
     */
    static final String UNKNOWN = "no-such-host.invalid";
    /**
     * {@code ::1}, then {@code 127.0.0.1}.
     */
    static final String BOTH_FAMILIES = "both.test";
    /**
     * {@code 127.0.0.2}, {@code 127.0.0.3}, then {@code 127.0.0.1}.
     */
    static final String THREE_ADDRESSES = "three.test";
    /**
     * The resolver breaks instead of answering.
     */
    static final String BROKEN = "broken.test";

    private static final String SLOW = "slow-";
    private static final AtomicInteger SLOW_NAMES = new AtomicInteger();
    private static volatile CountDownLatch slowAnswer = new CountDownLatch(0);

    /**
     * Called by the JDK.
     */
    public TestNames() {
    }

    /**
     * Makes up a name for {@code 127.0.0.1} that is not answered before {@link #answer()}. Each one is new, because the
     * JDK remembers answers.
     */
    static String slow() {
        slowAnswer = new CountDownLatch(1);
        return SLOW + SLOW_NAMES.incrementAndGet() + ".test";
    }

    static void answer() {
        slowAnswer.countDown();
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return switch (host) {
                    case BOTH_FAMILIES -> addresses("::1", "127.0.0.1");
                    case THREE_ADDRESSES -> addresses("127.0.0.2", "127.0.0.3", "127.0.0.1");
                    case BROKEN -> throw new IllegalStateException("the resolver is broken");
                    default -> {
                        if (host.startsWith(SLOW)) {
                            waitForAnswer();
                            yield addresses("127.0.0.1");
                        }
                        if (host.endsWith(".invalid")) {
                            throw new UnknownHostException(host);
                        }
                        yield builtin.lookupByName(host, policy);
                    }
                };
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return builtin.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "names of the tests";
    }

    private static Stream<InetAddress> addresses(String... literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.ofLiteral(literals[i]);
        }
        return Stream.of(addresses);
    }

    private static void waitForAnswer() {
        try {
            slowAnswer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
