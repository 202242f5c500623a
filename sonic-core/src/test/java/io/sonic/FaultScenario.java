package io.sonic;

import io.sonic.tls.Certificates;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a program does with the library, from beginning to end, in a small way.
 */
enum FaultScenario {
    /**
     * Listen, accept, connect, echo, half-close, end.
     */
    TCP {
        @Override
        void play(Run run) throws IOException {
            TcpListener listener = TcpListener.open(run.reactor, Loopback.IPV4.anyPort());
            InetSocketAddress address = listener.localAddress();
            if (address == null) {
                throw new IOException("no address");
            }
            accept(run, listener);
            TcpStream client = TcpStream.open(run.reactor);
            client.asyncConnect(address, 0, run.ledger.connect(client, status -> {
                if (status == IoStatus.OK) {
                    talk(run, client);
                }
            }));
            run.await(() -> run.ends == 2);
            listener.close();
            client.close();
        }
    },
    /**
     * The same with several regions per call, over the unix domain.
     */
    UNIX {
        @Override
        void play(Run run) throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(run.directory.resolve("listener"));
            Files.deleteIfExists(address.getPath());
            UnixListener listener = UnixListener.open(run.reactor, address);
            accept(run, listener);
            UnixStream client = UnixStream.open(run.reactor);
            client.asyncConnect(address, 0, run.ledger.connect(client, status -> {
                if (status == IoStatus.OK) {
                    talkInRegions(run, client);
                }
            }));
            run.await(() -> run.ends == 2);
            listener.close();
            client.close();
        }
    },
    /**
     * Handshake, echo and shutdown of TLS, both sides.
     */
    TLS {
        @Override
        void play(Run run) throws IOException {
            Certificates certificates = Certificates.get();
            Certificates.Identity identity = certificates.server();
            TlsContext server = TlsContext.create(
                    new TlsContext.Settings().certificate(identity.certificate(), identity.key()));
            TlsContext trusting = TlsContext.create(new TlsContext.Settings().trustFile(certificates.authority()));
            TcpListener listener = TcpListener.open(run.reactor, Loopback.IPV4.anyPort());
            InetSocketAddress address = listener.localAddress();
            if (address == null) {
                throw new IOException("no address");
            }
            acceptTls(run, listener, server);
            TcpStream stream = TcpStream.open(run.reactor);
            stream.asyncConnect(address, 0, run.ledger.connect(stream, status -> {
                if (status == IoStatus.OK) {
                    askOverTls(run, TlsStream.client(stream, trusting, "localhost", address.getPort()));
                }
            }));
            run.await(() -> run.ends == 2);
            listener.close();
        }

        private void acceptTls(Run run, TcpListener listener, TlsContext context) {
            listener.asyncAccept(run.ledger.accept(listener, (status, accepted) -> {
                if (status == IoStatus.OK) {
                    echoOverTls(run, TlsStream.server(accepted, context));
                } else if (status == IoStatus.FAILED) {
                    acceptTls(run, listener, context);
                }
            }));
        }

        private void echoOverTls(Run run, TlsStream stream) {
            stream.asyncHandshake(run.ledger.handshake(stream, shaken -> onOk(shaken, () ->
                    stream.asyncReadAll(run.in, 0, LENGTH, run.ledger.read(stream, "server reads", (read, l) ->
                            onOk(read, () -> stream.asyncWriteAll(run.in, 0, LENGTH,
                                    run.ledger.write(stream, "server writes", (written, length) ->
                                            onOk(written, () -> shutdown(run, stream))))))))));
        }

        private void askOverTls(Run run, TlsStream stream) {
            stream.asyncHandshake(run.ledger.handshake(stream, shaken -> onOk(shaken, () -> {
                stream.asyncReadAll(run.echoed, 0, LENGTH, run.ledger.read(stream, "client reads", (read, length) ->
                        onOk(read, () -> {
                            run.check(run.echoed, 0, length);
                            shutdown(run, stream);
                        })));
                stream.asyncWriteAll(run.out, 0, LENGTH,
                        run.ledger.write(stream, "client writes", (written, length) -> { }));
            })));
        }

        private void onOk(IoStatus status, Runnable then) {
            if (status == IoStatus.OK) {
                then.run();
            }
        }

        private void shutdown(Run run, TlsStream stream) {
            stream.asyncShutdown(run.ledger.shutdown(stream, status -> {
                run.ends++;
                stream.close();
            }));
        }
    },
    /**
     * Single datagrams, to an address and to the peer that was fixed.
     */
    UDP {
        @Override
        void play(Run run) throws IOException {
            UdpSocket left = UdpSocket.open(run.reactor, Loopback.IPV4.anyPort());
            UdpSocket right = UdpSocket.open(run.reactor, Loopback.IPV4.anyPort());
            InetSocketAddress address = right.localAddress();
            if (address == null) {
                throw new IOException("no address");
            }
            Endpoint destination = Endpoint.of(address);
            right.asyncReceive(run.in, 0, LENGTH, run.ledger.receive(right, (status, length, source) -> {
                if (status == IoStatus.OK) {
                    run.check(run.in, 0, length);
                    right.asyncSend(run.in, 0, length, source, run.ledger.write(right, "send back", (s, l) -> { }));
                }
            }));
            left.asyncReceive(run.echoed, 0, LENGTH, run.ledger.receive(left, (status, length, source) -> {
                if (status == IoStatus.OK) {
                    run.check(run.echoed, 0, length);
                    run.ends++;
                }
            }));
            left.asyncSend(run.out, 0, LENGTH, destination, run.ledger.write(left, "send", (status, length) -> { }));
            run.await(() -> run.ends == 1);
            left.connect(destination);
            right.asyncReceive(run.in, 0, LENGTH, run.ledger.receive(right, (status, length, source) -> {
                if (status == IoStatus.OK) {
                    run.check(run.in, 0, length);
                    run.ends++;
                }
            }));
            left.asyncSend(run.out, 0, LENGTH, run.ledger.write(left, "send to the peer", (status, length) -> { }));
            run.await(() -> run.ends == 2);
            left.close();
        }
    },
    /**
     * Datagrams in batches.
     */
    BATCHES {
        @Override
        void play(Run run) throws IOException {
            UdpSocket left = UdpSocket.open(run.reactor, Loopback.IPV4.anyPort());
            UdpSocket right = UdpSocket.open(run.reactor, Loopback.IPV4.anyPort());
            InetSocketAddress address = right.localAddress();
            if (address == null) {
                throw new IOException("no address");
            }
            DatagramBatch sent = new DatagramBatch(DATAGRAMS, LENGTH);
            for (int i = 0; i < DATAGRAMS; i++) {
                sent.buffer().putBytes(sent.offset(i), run.out, 0, LENGTH);
                sent.length(i, LENGTH);
                sent.endpoint(i).set(address);
            }
            sent.count(DATAGRAMS);
            receive(run, right, new DatagramBatch(DATAGRAMS, LENGTH), 0);
            left.asyncSend(sent, run.ledger.batch(left, "send", (status, count) -> { }));
            run.await(() -> run.ends == 1);
        }

        private void receive(Run run, UdpSocket socket, DatagramBatch batch, int before) {
            socket.asyncReceive(batch, run.ledger.batch(socket, "receive", (status, count) -> {
                if (status != IoStatus.OK) {
                    return;
                }
                for (int i = 0; i < count; i++) {
                    run.check(batch.buffer(), batch.offset(i), batch.length(i));
                }
                if (before + count < DATAGRAMS) {
                    receive(run, socket, batch, before + count);
                } else {
                    run.ends++;
                }
            }));
        }
    },
    /**
     * Datagrams of the unix domain.
     */
    UNIX_DATAGRAMS {
        @Override
        void play(Run run) throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(run.directory.resolve("datagrams"));
            Files.deleteIfExists(address.getPath());
            UnixDatagramSocket right = UnixDatagramSocket.open(run.reactor, address);
            UnixDatagramSocket left = UnixDatagramSocket.open(run.reactor);
            right.asyncReceive(run.in, 0, LENGTH, run.ledger.receive(right, (status, length, source) -> {
                if (status == IoStatus.OK) {
                    run.check(run.in, 0, length);
                    run.ends++;
                }
            }));
            left.asyncSend(run.out, 0, LENGTH, new Endpoint().set(address),
                    run.ledger.write(left, "send", (status, length) -> { }));
            run.await(() -> run.ends == 1);
        }
    },
    /**
     * A regular file is written and read back.
     */
    FILE {
        @Override
        void play(Run run) throws IOException {
            FileStream file = FileStream.open(run.reactor, run.directory.resolve("file"), StandardOpenOption.READ,
                    StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            IoVector whole = new IoVector(2).add(run.out, 0, 40).add(run.out, 40, LENGTH - 40);
            file.asyncWriteAll(whole, run.ledger.write(file, "write", (status, length) -> run.ends++));
            run.await(() -> run.ends == 1);
            file.position(0);
            file.asyncReadAll(run.in, 0, LENGTH, run.ledger.read(file, "read", (status, length) -> {
                if (status == IoStatus.OK) {
                    run.check(run.in, 0, length);
                    run.ends++;
                }
            }));
            run.await(() -> run.ends == 2);
            file.close();
        }
    },
    /**
     * Bytes go through a FIFO, and end when its writer goes.
     */
    FIFO {
        @Override
        void play(Run run) throws IOException {
            Path path = run.directory.resolve("fifo");
            FileStream reader = FileStream.open(run.reactor, path, StandardOpenOption.READ);
            FileStream writer = FileStream.open(run.reactor, path, StandardOpenOption.WRITE);
            reader.asyncReadAll(run.in, 0, LENGTH, run.ledger.read(reader, "read", (status, length) -> {
                if (status == IoStatus.OK) {
                    run.check(run.in, 0, length);
                    run.ends++;
                }
            }));
            writer.asyncWriteAll(run.out, 0, LENGTH, run.ledger.write(writer, "write", (status, length) -> { }));
            run.await(() -> run.ends == 1);
            reader.asyncRead(run.in, 0, LENGTH, run.ledger.readEnd(reader, (status, length) -> {
                if (status == IoStatus.END_OF_STREAM) {
                    run.ends++;
                }
            }));
            writer.close();
            run.await(() -> run.ends == 2);
            reader.close();
        }
    },
    /**
     * The reactor sleeps until a timer is due or another thread posts.
     */
    TIMERS_AND_POSTS {
        @Override
        void play(Run run) throws IOException {
            Timer timer = new Timer(run.reactor);
            timer.scheduleOnce(200_000, run.ledger.timer(t -> run.ends++));
            run.sleepUntil(() -> run.ends == 1);
            Semaphore mayPost = new Semaphore(0);
            Runnable[] tasks = new Runnable[3];
            for (int i = 0; i < tasks.length; i++) {
                tasks[i] = run.ledger.post(() -> run.ends++);
            }
            Thread poster = new Thread(() -> {
                for (Runnable task : tasks) {
                    mayPost.acquireUninterruptibly();
                    run.reactor.post(task);
                }
            });
            poster.start();
            for (int i = 0; i < tasks.length; i++) {
                int expected = 2 + i;
                mayPost.release();
                run.sleepUntil(() -> run.ends == expected);
            }
        }
    };

    static final int LENGTH = 100;
    private static final int DATAGRAMS = 5;

    abstract void play(Run run) throws IOException;

    /**
     * Accepts one connection, again when that fails: the listener goes on.
     */
    private static <S extends SocketStream> void accept(Run run, SocketListener<S> listener) {
        listener.asyncAccept(run.ledger.accept(listener, (status, stream) -> {
            if (stream instanceof TcpStream tcp) {
                echo(run, tcp);
            } else if (stream instanceof UnixStream unix) {
                echoInRegions(run, unix);
            } else if (status == IoStatus.FAILED) {
                accept(run, listener);
            }
        }));
    }

    /**
     * Sends back one message, reads the end, and closes.
     */
    private static void echo(Run run, TcpStream stream) {
        stream.asyncReadAll(run.in, 0, LENGTH, run.ledger.read(stream, "server reads", (status, length) -> {
            if (status != IoStatus.OK) {
                return;
            }
            run.check(run.in, 0, length);
            stream.asyncWriteAll(run.in, 0, length, run.ledger.write(stream, "server writes", (written, l) -> {
                if (written == IoStatus.OK) {
                    readEnd(run, stream);
                }
            }));
        }));
    }

    private static void echoInRegions(Run run, UnixStream stream) {
        IoVector regions = new IoVector(3).add(run.in, 0, 1).add(run.in, 1, 0).add(run.in, 1, LENGTH - 1);
        stream.asyncReadAll(regions, run.ledger.read(stream, "server reads", (status, length) -> {
            if (status != IoStatus.OK) {
                return;
            }
            run.check(run.in, 0, length);
            stream.asyncWriteAll(regions, run.ledger.write(stream, "server writes", (written, l) -> {
                if (written == IoStatus.OK) {
                    readEnd(run, stream);
                }
            }));
        }));
    }

    private static void talk(Run run, TcpStream client) {
        client.asyncReadAll(run.echoed, 0, LENGTH, run.ledger.read(client, "client reads", (status, length) ->
                endOutput(run, client, status)));
        client.asyncWriteAll(run.out, 0, LENGTH, run.ledger.write(client, "client writes", (status, length) -> { }));
    }

    private static void talkInRegions(Run run, UnixStream client) {
        IoVector to = new IoVector(2).add(run.out, 0, 33).add(run.out, 33, LENGTH - 33);
        IoVector from = new IoVector(2).add(run.echoed, 0, 66).add(run.echoed, 66, LENGTH - 66);
        client.asyncReadAll(from, run.ledger.read(client, "client reads", (status, length) ->
                endOutput(run, client, status)));
        client.asyncWriteAll(to, run.ledger.write(client, "client writes", (status, length) -> { }));
    }

    private static void endOutput(Run run, SocketStream client, IoStatus status) {
        if (status != IoStatus.OK) {
            return;
        }
        run.check(run.echoed, 0, LENGTH);
        try {
            client.shutdownOutput();
            readEnd(run, client);
        } catch (IOException e) {
            run.refusal = e;
        }
    }

    private static void readEnd(Run run, SocketStream stream) {
        stream.asyncRead(run.in, 0, LENGTH, run.ledger.readEnd(stream, (status, length) -> {
            if (status == IoStatus.END_OF_STREAM) {
                run.ends++;
            }
            stream.close();
        }));
    }

    /**
     * One performance of a scenario.
     */
    static final class Run {
        private static final long DEADLINE_NS = 5_000_000_000L;

        final Reactor reactor;
        final Path directory;
        final Ledger ledger = new Ledger();
        final UnsafeBuffer out = Buffers.allocate(LENGTH);
        final UnsafeBuffer in = Buffers.allocate(LENGTH);
        final UnsafeBuffer echoed = Buffers.allocate(LENGTH);
        /**
         * What the system refused outside of an operation.
         */
        IOException refusal;
        int ends;

        Run(Reactor reactor, Path directory) {
            this.reactor = reactor;
            this.directory = directory;
            Buffers.fill(out, 0, LENGTH, 0);
        }

        void perform(FaultScenario scenario) {
            try {
                scenario.play(this);
            } catch (IOException e) {
                refusal = e;
            }
        }

        /**
         * Tells whether all went well.
         */
        boolean succeeded() {
            return refusal == null && !ledger.hasFailed();
        }

        void check(DirectBuffer buffer, int offset, int length) {
            if (length != LENGTH || Buffers.mismatch(buffer, offset, length, 0) >= 0) {
                throw new AssertionError("wrong bytes");
            }
        }

        /**
         * Turns the reactor until the scenario has come that far, or will not.
         */
        void await(BooleanSupplier condition) throws IOException {
            long start = System.nanoTime();
            while (!condition.getAsBoolean() && !ended()) {
                reactor.poll();
                if (System.nanoTime() - start > DEADLINE_NS) {
                    throw new AssertionError("hangs: " + ledger);
                }
            }
            stopIfEnded();
        }

        /**
         * The same in the kernel's sleep.
         */
        void sleepUntil(BooleanSupplier condition) throws IOException {
            long start = System.nanoTime();
            while (!condition.getAsBoolean() && !ended()) {
                reactor.runOneFor(DEADLINE_NS);
                if (System.nanoTime() - start >= DEADLINE_NS) {
                    throw new AssertionError("hangs: " + ledger);
                }
            }
            stopIfEnded();
        }

        private boolean ended() {
            return refusal != null || ledger.hasFailed();
        }

        private void stopIfEnded() throws IOException {
            if (refusal != null) {
                throw refusal;
            }
            if (ledger.hasFailed()) {
                throw new IOException("an operation failed");
            }
        }
    }
}
