package io.sonic.examples;

import io.sonic.AcceptHandler;
import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.Timer;
import java.util.function.Consumer;

/**
 * Accepts one connection after the other.
 *
 * @param <S> the streams of the listener.
 */
final class Acceptor<S extends Stream> {

    /** There is nothing to accept with until a descriptor is closed; trying again at once would only burn the CPU. */
    private static final long PAUSE_NS = 100_000_000;

    private final Consumer<AcceptHandler<S>> listener;
    private final Consumer<S> onAccepted;
    private final Timer pause;
    private final AcceptHandler<S> onAccept = this::onAccept;

    private Acceptor(ReactorLoop loop, Consumer<AcceptHandler<S>> listener, Consumer<S> onAccepted) {
        this.listener = listener;
        this.onAccepted = onAccepted;
        pause = new Timer(loop.reactor());
    }

    /**
     * Begins to accept, until the listener is closed.
     *
     * @param listener   the listener's {@code asyncAccept}.
     * @param onAccepted is handed each stream, and closes it.
     */
    static <S extends Stream> void start(ReactorLoop loop, Consumer<AcceptHandler<S>> listener,
            Consumer<S> onAccepted) {
        new Acceptor<>(loop, listener, onAccepted).next();
    }

    private void next() {
        listener.accept(onAccept);
    }

    private void onAccept(IoStatus status, S stream) {
        switch (status) {
            case OK -> {
                onAccepted.accept(stream);
                next();
            }
            case FAILED -> pause.scheduleOnce(PAUSE_NS, due -> next());
            default -> pause.close();
        }
    }
}
