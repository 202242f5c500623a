package io.sonic.examples;

import io.sonic.multicast.MulticastInterface;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/** One session of the demo: the exchange on a thread of its own, the client on another one. */
final class DemoSession implements AutoCloseable {

    private static final String LOOPBACK = "lo";
    private static final String[] GROUPS = {"239.195.77.1", "239.195.77.2"};
    private static final int END_TIMEOUT_SECONDS = 10;

    private final DemoStatistics statistics = new DemoStatistics();
    private final TopOfBook book = new TopOfBook();
    private final ReactorThread clientThread;
    private final ReactorThread exchangeThread;
    private DemoClient client;
    private DemoExchange exchange;

    /**
     * How a session goes.
     *
     * @param rate     updates in a second, or {@link DemoExchange#UNPACED}.
     * @param maxAhead updates that the exchange may be ahead of its client.
     * @param loss     share of the packets that each line loses.
     */
    record Plan(int rate, int maxAhead, double loss) {
    }

    /**
     * Opens the exchange and the client, and connects them.
     *
     * @param source of the messages; the caller's to close, after the session.
     */
    DemoSession(MarketSource source, Plan plan, IdleMode idle, BackendOption backend) throws IOException {
        MulticastInterface loopback = MulticastInterface.of(LOOPBACK);
        InetAddress[] groups = {InetAddress.ofLiteral(GROUPS[0]), InetAddress.ofLiteral(GROUPS[1])};
        SendTimes times = new SendTimes();
        SentPackets sentPackets = new SentPackets();
        clientThread = ReactorThread.start("demo-client", idle, backend,
                loop -> client = new DemoClient(loop, groups, loopback, statistics, book, times, sentPackets));
        try {
            exchangeThread = ReactorThread.start("demo-exchange", idle, backend,
                    loop -> exchange = new DemoExchange(loop, source, plan.rate, plan.maxAhead, plan.loss,
                            client.multicast().addresses(), loopback, statistics, times, sentPackets));
        } catch (CommandFailure e) {
            clientThread.close();
            client.close();
            throw e;
        }
        clientThread.post(() -> client.connect(exchange.url()));
    }

    DemoStatistics statistics() {
        return statistics;
    }

    TopOfBook book() {
        return book;
    }

    /** The client; what it counted is final after {@link #finish()}. */
    DemoClient client() {
        return client;
    }

    boolean isRunning() {
        return clientThread.isRunning() && exchangeThread.isRunning();
    }

    /** Begins to measure, anew with each call. */
    void beginMeasuring() {
        clientThread.post(client::beginMeasuring);
    }

    /**
     * Lets the exchange end the session in order, and waits until the client has all of it.
     *
     * @throws CommandFailure what went wrong.
     */
    void finish() throws CommandFailure {
        clientThread.post(client::endMeasuring);
        exchangeThread.post(exchange::finish);
        boolean ended = clientThread.awaitEnd(TimeUnit.SECONDS.toMillis(END_TIMEOUT_SECONDS));
        exchangeThread.check();
        clientThread.check();
        if (!ended || !client.sawEnd()) {
            throw new CommandFailure("the feeds did not end within " + END_TIMEOUT_SECONDS + " s");
        }
    }

    /** Updates that the exchange published; final after {@link #finish()}. */
    long published() {
        return exchange.published();
    }

    @Override
    public void close() {
        exchangeThread.close();
        clientThread.close();
        client.close();
    }
}
