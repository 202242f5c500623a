package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each option is set, and the system's answer read back.
 */
final class SocketOptionTest extends ReactorTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVLOWAT = 18;
    private static final int SO_TYPE = 3;
    private static final int SOCK_DGRAM = 2;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    /**
     * A value of an option, and what the kernel makes of it.
     */
    private record Setting<T>(SocketOption<T> option, T value, T answer, boolean needsPrivilege) {
        static <T> Setting<T> of(SocketOption<T> option, T value) {
            return new Setting<>(option, value, value, false);
        }

        /**
         * The kernel doubles sizes of buffers.
         */
        static Setting<Integer> doubled(SocketOption<Integer> option, int value) {
            return new Setting<>(option, value, 2 * value, false);
        }

        static <T> Setting<T> privileged(SocketOption<T> option, T value) {
            return new Setting<>(option, value, value, true);
        }

        boolean isRefusedBy(IOException e) {
            return needsPrivilege && e.getMessage().contains("(EPERM)");
        }
    }

    static List<Setting<?>> ofStreams() {
        return List.of(
                Setting.of(SocketOption.NO_DELAY, true), Setting.of(SocketOption.NO_DELAY, false),
                Setting.of(SocketOption.QUICK_ACK, true),
                Setting.of(SocketOption.USER_TIMEOUT, 12_345), Setting.of(SocketOption.USER_TIMEOUT, 0),
                Setting.of(SocketOption.KEEP_ALIVE, true), Setting.of(SocketOption.KEEP_ALIVE, false),
                Setting.of(SocketOption.KEEP_ALIVE_IDLE, 11), Setting.of(SocketOption.KEEP_ALIVE_INTERVAL, 12),
                Setting.of(SocketOption.KEEP_ALIVE_COUNT, 3),
                Setting.of(SocketOption.LINGER, 5), Setting.of(SocketOption.LINGER, 0),
                Setting.of(SocketOption.LINGER, -1),
                Setting.of(SocketOption.REUSE_ADDRESS, true), Setting.of(SocketOption.REUSE_ADDRESS, false),
                Setting.of(SocketOption.REUSE_PORT, true), Setting.of(SocketOption.REUSE_PORT, false),
                Setting.doubled(SocketOption.SEND_BUFFER, 50_000),
                Setting.doubled(SocketOption.RECEIVE_BUFFER, 50_000),
                Setting.privileged(SocketOption.BUSY_POLL, 10),
                Setting.privileged(SocketOption.PREFER_BUSY_POLL, true),
                Setting.of(SocketOption.BIND_TO_DEVICE, "lo"), Setting.of(SocketOption.BIND_TO_DEVICE, ""),
                Setting.of(SocketOption.TYPE_OF_SERVICE, 0x10));
    }

    static List<Setting<?>> ofIpv6Streams() {
        return List.of(Setting.of(SocketOption.TRAFFIC_CLASS, 0x20),
                Setting.of(SocketOption.IPV6_ONLY, true), Setting.of(SocketOption.IPV6_ONLY, false));
    }

    static List<Setting<?>> ofDatagrams() {
        return List.of(
                Setting.of(SocketOption.BROADCAST, true), Setting.of(SocketOption.BROADCAST, false),
                Setting.of(SocketOption.REUSE_ADDRESS, true), Setting.of(SocketOption.REUSE_PORT, true),
                Setting.doubled(SocketOption.SEND_BUFFER, 50_000),
                Setting.doubled(SocketOption.RECEIVE_BUFFER, 50_000),
                Setting.privileged(SocketOption.BUSY_POLL, 10),
                Setting.of(SocketOption.BIND_TO_DEVICE, "lo"),
                Setting.of(SocketOption.TYPE_OF_SERVICE, 0xB8));
    }

    @ParameterizedTest
    @MethodSource("ofStreams")
    <T> void holdsOnAStreamThatIsConnected(Setting<T> setting) throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();

        if (apply(setting, () -> stream.option(setting.option, setting.value))) {
            assertAnswer(setting, stream.option(setting.option));
        }
        stream.option(SocketOption.LINGER, -1);
    }

    @ParameterizedTest
    @MethodSource({"ofStreams", "ofIpv6Streams"})
    <T> void isAppliedBeforeTheStreamConnects(Setting<T> setting) throws IOException {
        boolean ipv6 = ofIpv6Streams().contains(setting);
        Loopback loopback = ipv6 ? Loopback.IPV6 : Loopback.IPV4;
        loopback.assumePresent();
        TcpListener listener = TcpListener.open(reactor, loopback.anyPort());
        TcpStream stream = TcpStream.open(reactor, new SocketOptions().set(setting.option, setting.value));
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);

        boolean accepted = apply(setting, () -> {
            if (stream.failure() != null) {
                throw stream.failure();
            }
        });
        if (accepted) {
            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
            assertAnswer(setting, stream.option(setting.option));
        } else {
            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.FAILED));
            assertThat(stream.failure()).hasMessageStartingWith(
                    "setsockopt " + setting.option.name() + " = " + setting.value + ": ");
        }
    }

    @ParameterizedTest
    @MethodSource("ofDatagrams")
    <T> void holdsOnADatagramSocket(Setting<T> setting) throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());

        if (apply(setting, () -> socket.option(setting.option, setting.value))) {
            assertAnswer(setting, socket.option(setting.option));
        }
    }

    @ParameterizedTest
    @MethodSource("ofDatagrams")
    <T> void isAppliedBeforeADatagramSocketIsBound(Setting<T> setting) throws IOException {
        SocketOptions options = new SocketOptions().set(setting.option, setting.value);
        UdpSocket[] socket = new UdpSocket[1];

        if (apply(setting, () -> socket[0] = UdpSocket.open(reactor, Loopback.IPV4.anyPort(), options))) {
            assertAnswer(setting, socket[0].option(setting.option));
        }
    }

    /**
     * Nobody adds an option without a value to try.
     */
    @Test
    void isKnownToThisTest() throws IllegalAccessException {
        Set<Object> all = new HashSet<>();
        for (var field : SocketOption.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == SocketOption.class) {
                all.add(field.get(null));
            }
        }
        Set<Object> tried = new HashSet<>(Set.of(SocketOption.RECEIVE_BUFFER_FORCE));
        Stream.of(ofStreams(), ofIpv6Streams(), ofDatagrams()).flatMap(List::stream)
                .forEach(setting -> tried.add(setting.option));

        assertThat(tried).isEqualTo(all);
    }

    @Test
    @Tag("epoll")
    void forcesTheSizeOfTheReceiveBuffer() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        int large = 64 * 1024 * 1024;
        try {
            socket.option(SocketOption.RECEIVE_BUFFER_FORCE, large);
        } catch (IOException e) {
            assumeTrue(!e.getMessage().contains("(EPERM)"), "needs CAP_NET_ADMIN");
            throw e;
        }

        assertThat(socket.option(SocketOption.RECEIVE_BUFFER)).isEqualTo(2 * large);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.RECEIVE_BUFFER_FORCE))
                .withMessageStartingWith("getsockopt SO_RCVBUFFORCE of 127.0.0.1:")
                .withMessageEndingWith("Protocol not available (ENOPROTOOPT)");
    }

    @Test
    void sendsAtOnceUnlessToldOtherwise() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        assertThat(pair.client().option(SocketOption.NO_DELAY)).isTrue();
        assertThat(pair.server().option(SocketOption.NO_DELAY)).isTrue();
    }

    @Test
    void passesTheReceiveBufferOnToAcceptedConnections() throws IOException {
        TcpPair pair = TcpPair.connect(reactor, Loopback.IPV4,
                new SocketOptions().set(SocketOption.RECEIVE_BUFFER, 50_000));

        assertAnswer(Setting.doubled(SocketOption.RECEIVE_BUFFER, 50_000),
                pair.server().option(SocketOption.RECEIVE_BUFFER));
    }

    @Test
    void resetsTheConnectionWithoutLinger() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().option(SocketOption.LINGER, 0);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().close();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.FAILED, 0));
        assertThat(pair.server().errno()).isEqualTo(Errno.ECONNRESET.number);
    }

    @Test
    void endsTheConnectionWithLinger() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().option(SocketOption.LINGER, 5);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        pair.client().close();
        pair.server().asyncReadAll(buffer, 0, 8, recorder.read);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 3));
    }

    @Test
    @Tag("epoll")
    void keepsToItsDevice() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort(),
                new SocketOptions().set(SocketOption.BIND_TO_DEVICE, "lo"));
        UdpSocket sender = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        sender.trySend(Buffers.of("abc"), 0, 3, Endpoint.of(socket.localAddress()));
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Received(IoStatus.OK, 3, sender.localAddress()));

        socket.option(SocketOption.BIND_TO_DEVICE, "");
        assertThat(socket.option(SocketOption.BIND_TO_DEVICE)).isEmpty();
    }

    @Test
    @Tag("epoll")
    void refusesADeviceThatIsNotThere() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        SocketOptions options = new SocketOptions().set(SocketOption.BIND_TO_DEVICE, "nosuch0");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.BIND_TO_DEVICE, "nosuch0"))
                .withMessage("setsockopt SO_BINDTODEVICE = nosuch0 of " + Endpoint.format(socket.localAddress())
                        + ": No such device (ENODEV)");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> UdpSocket.open(reactor, Loopback.IPV4.anyPort(), options))
                .withMessage("setsockopt SO_BINDTODEVICE = nosuch0: No such device (ENODEV)");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TcpListener.open(reactor, Loopback.IPV4.anyPort(), options))
                .withMessage("setsockopt SO_BINDTODEVICE = nosuch0: No such device (ENODEV)");
        TcpStream stream = TcpStream.open(reactor, options);
        stream.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessage("setsockopt SO_BINDTODEVICE = nosuch0: No such device (ENODEV)");
    }

    @Test
    void refusesTheNameOfADeviceThatIsTooLong() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> socket.option(SocketOption.BIND_TO_DEVICE, "0123456789abcdef"))
                .withMessage("SO_BINDTODEVICE has at most 15 bytes: 0123456789abcdef");
        // Before any channel is opened with it.
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SocketOptions().set(SocketOption.BIND_TO_DEVICE, "0123456789abcdef"))
                .withMessage("SO_BINDTODEVICE has at most 15 bytes: 0123456789abcdef");
    }

    @Test
    void saysWhatTheSystemRefuses() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpPair.connect(reactor).client();
        String local = Endpoint.format(socket.localAddress());

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.NO_DELAY, true))
                .withMessageMatching("setsockopt TCP_NODELAY = true of " + local
                        + ": (Operation not supported \\(EOPNOTSUPP\\)|Protocol not available \\(ENOPROTOOPT\\))");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.NO_DELAY))
                .withMessageMatching("getsockopt TCP_NODELAY of " + local
                        + ": (Operation not supported \\(EOPNOTSUPP\\)|Protocol not available \\(ENOPROTOOPT\\))");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.IPV6_ONLY, true))
                .withMessage("setsockopt IPV6_V6ONLY = true of " + local
                        + ": Protocol not available (ENOPROTOOPT)");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> stream.option(SocketOption.KEEP_ALIVE_COUNT, 0))
                .withMessage("setsockopt TCP_KEEPCNT = 0 of " + Endpoint.format(stream.remoteAddress())
                        + ": Invalid argument (EINVAL)");
        assertThat(stream.isOpen()).isTrue();
        assertThat(stream.option(SocketOption.NO_DELAY)).isTrue();
    }

    /**
     * The JDK's listener does not have the option, so each connection gets it; the one that did not was left open.
     */
    @Test
    void closesAConnectionThatDoesNotTakeItsOptions() throws IOException {
        assumeTrue(reactor.backend().equals("nio"));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort(),
                new SocketOptions().set(SocketOption.TYPE_OF_SERVICE, 300));
        listener.asyncAccept(recorder.accept);
        TcpStream client = TcpStream.open(reactor);
        client.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(2);
        client.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(3);

        assertThat(recorder.events).contains(
                new Recorder.Accepted(IoStatus.FAILED), new Recorder.Connected(IoStatus.OK));
        assertThat(listener.errno()).isEqualTo(Errno.EINVAL.number);
        assertThat(recorder.events.getLast()).isInstanceOf(Recorder.Read.class);
    }

    @Test
    void saysWhatTheNioBackendDoesNotHave() throws IOException {
        assumeTrue(reactor.backend().equals("nio"));
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        String local = Endpoint.format(socket.localAddress());

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.BUSY_POLL, 10))
                .withMessage("setsockopt SO_BUSY_POLL = 10 of " + local + ": Protocol not available (ENOPROTOOPT)");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.option(SocketOption.BUSY_POLL))
                .withMessage("getsockopt SO_BUSY_POLL of " + local + ": Protocol not available (ENOPROTOOPT)");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.readRawOption(SOL_SOCKET, SO_TYPE, buffer, 0, 4))
                .withMessage("getsockopt 1/3 of " + local + ": Protocol not available (ENOPROTOOPT)");
        assertThat(socket.errno()).isEqualTo(Errno.ENOPROTOOPT.number);
        assertThat(reactor.supports(Capability.RAW_OPTIONS)).isFalse();
    }

    @Test
    @Tag("epoll")
    void takesOptionsByNumber() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        buffer.putInt(8, 7);
        socket.rawOption(SOL_SOCKET, SO_RCVLOWAT, buffer, 8, 4);
        assertThat(socket.readRawOption(SOL_SOCKET, SO_RCVLOWAT, buffer, 16, 8)).isEqualTo(4);
        assertThat(buffer.getInt(16)).isEqualTo(7);
        assertThat(socket.readRawOption(SOL_SOCKET, SO_TYPE, buffer, 16, 4)).isEqualTo(4);
        assertThat(buffer.getInt(16)).isEqualTo(SOCK_DGRAM);

        String local = Endpoint.format(socket.localAddress());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.rawOption(SOL_SOCKET, 9999, buffer, 0, 4))
                .withMessage("setsockopt 1/9999 of " + local + ": Protocol not available (ENOPROTOOPT)");
        assertThat(socket.errno()).isEqualTo(Errno.ENOPROTOOPT.number);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> socket.rawOption(SOL_SOCKET, SO_RCVLOWAT, buffer, 0, 1))
                .withMessage("setsockopt 1/18 of " + local + ": Invalid argument (EINVAL)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> socket.rawOption(SOL_SOCKET, SO_RCVLOWAT, new UnsafeBuffer(new byte[4]), 0, 4))
                .withMessageStartingWith("the buffer is on the heap");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> socket.readRawOption(SOL_SOCKET, SO_RCVLOWAT, buffer, 61, 4));
    }

    @Test
    void isCopiedWhenAChannelIsOpened() throws IOException {
        SocketOptions options = new SocketOptions().set(SocketOption.BROADCAST, false)
                .set(SocketOption.BROADCAST, true);
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        SocketOptions later = new SocketOptions().set(SocketOption.KEEP_ALIVE, true);
        TcpStream stream = TcpStream.open(reactor, later);
        later.set(SocketOption.KEEP_ALIVE, false);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);

        assertThat(stream.option(SocketOption.KEEP_ALIVE)).isTrue();
        assertThat(UdpSocket.open(reactor, Loopback.IPV4.anyPort(), options).option(SocketOption.BROADCAST)).isTrue();
    }

    @Test
    void refusesNoValueAndNoConnection() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);

        assertThatNullPointerException().isThrownBy(() -> socket.option(SocketOption.SEND_BUFFER, null))
                .withMessage("SO_SNDBUF");
        assertThatNullPointerException()
                .isThrownBy(() -> new SocketOptions().set(SocketOption.SEND_BUFFER, null)).withMessage("SO_SNDBUF");
        assertThatIllegalStateException().isThrownBy(() -> stream.option(SocketOption.NO_DELAY))
                .withMessage("the stream is not connected: not connected");
        assertThatIllegalStateException().isThrownBy(() -> stream.option(SocketOption.NO_DELAY, true));
        socket.close();
        assertThatIllegalStateException().isThrownBy(() -> socket.option(SocketOption.SEND_BUFFER))
                .withMessageStartingWith("the channel is closed: ");
    }

    @Test
    void hasANameAndAType() {
        assertThat(SocketOption.NO_DELAY.name()).isEqualTo("TCP_NODELAY");
        assertThat(SocketOption.NO_DELAY).hasToString("TCP_NODELAY");
        assertThat(SocketOption.NO_DELAY.type()).isEqualTo(Boolean.class);
        assertThat(SocketOption.LINGER.type()).isEqualTo(Integer.class);
        assertThat(SocketOption.BIND_TO_DEVICE.type()).isEqualTo(String.class);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /**
     * Sets an option.
     *
     * @return false where the process or the backend may not do so, and says so.
     */
    private boolean apply(Setting<?> setting, Step step) throws IOException {
        try {
            step.run();
            return true;
        } catch (IOException e) {
            boolean lacking = reactor.backend().equals("nio") && !NioOptions.knows(setting.option)
                    && e.getMessage().endsWith("Protocol not available (ENOPROTOOPT)");
            if (lacking || setting.isRefusedBy(e)) {
                return false;
            }
            throw e;
        }
    }

    private void assertAnswer(Setting<?> setting, Object answer) {
        // The JDK divides by two what the kernel doubled.
        boolean halved = reactor.backend().equals("nio")
                && Arrays.asList(SocketOption.SEND_BUFFER, SocketOption.RECEIVE_BUFFER).contains(setting.option);
        assertThat(answer).isEqualTo(halved ? setting.value : setting.answer);
    }
}
