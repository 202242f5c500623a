package io.sonic.benchmarks.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.util.IntSupplier;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.TimeUnit;

/**
 * Netty with its native epoll transport, busy polled, where the jar has it for this machine, and with NIO elsewhere;
 * the line before the last says which.
 */
public final class NettyWebSocketPeer implements Peer {
    private static final int PAYLOAD_LIMIT = 1 << 20;
    private static final int RESPONSE_LIMIT = 8192;
    private static final int READ_BUFFER = 128 << 10;

    private NettyWebSocketPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        Peer.run(new NettyWebSocketPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(options, new NettyEchoHandler(roundTrips, options.message()));
        return roundTrips.summary("netty");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(options, new NettyCountingHandler(rate));
        return rate.summary("netty");
    }

    private static void runUntilDone(PeerOptions options, NettyDoneHandler handler) throws Exception {
        boolean epoll = Epoll.isAvailable();
        System.out.println("netty: transport=" + (epoll ? "epoll" : "nio"));
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory(0, () -> NettyWebSocketPeer::busyWait)
            : NioIoHandler.newFactory();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
        try {
            new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BUFFER))
                .handler(pipeline(options, handler))
                .connect(options.uri().getHost(), options.uri().getPort())
                .sync();
            handler.done.get();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static int busyWait(IntSupplier selectNow, boolean hasTasks) throws Exception {
        return hasTasks ? selectNow.get() : SelectStrategy.BUSY_WAIT;
    }

    private static ChannelInitializer<SocketChannel> pipeline(PeerOptions options, ChannelHandler handler) {
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(options.uri())
            .maxFramePayloadLength(PAYLOAD_LIMIT)
            .handleCloseFrames(false)
            .build();
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(
                    new HttpClientCodec(),
                    new HttpObjectAggregator(RESPONSE_LIMIT),
                    new WebSocketClientProtocolHandler(config),
                    handler);
            }
        };
    }
}
