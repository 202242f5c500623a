package io.sonic;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Handlers that write down what they are told, so that a test asserts all of it as one list.
 */
final class Recorder {
    final List<Object> events = new ArrayList<>();

    final ReadHandler read = (status, length) -> events.add(new Read(status, length));
    final WriteHandler write = (status, length) -> events.add(new Written(status, length));
    final ConnectHandler connect = status -> events.add(new Connected(status));
    final ReceiveHandler receive = (status, length, source) ->
            events.add(new Received(status, length, source.toInetSocketAddress()));
    final List<TcpStream> accepted = new ArrayList<>();
    final AcceptHandler<TcpStream> accept = (status, stream) -> {
        events.add(new Accepted(status));
        if (stream != null) {
            accepted.add(stream);
        }
    };

    record Read(IoStatus status, int length) {
    }

    record Written(IoStatus status, int length) {
    }

    record Connected(IoStatus status) {
    }

    record Accepted(IoStatus status) {
    }

    record Received(IoStatus status, int length, InetSocketAddress source) {
    }

    /**
     * A timer or a post.
     */
    record Called(String name) {
    }

    TimerHandler timer(String name) {
        return timer -> events.add(new Called(name));
    }

    Runnable post(String name) {
        return () -> events.add(new Called(name));
    }

    int count() {
        return events.size();
    }
}
