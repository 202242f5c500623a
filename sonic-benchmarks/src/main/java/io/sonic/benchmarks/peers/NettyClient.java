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
import io.netty.util.IntSupplier;
import io.netty.util.ResourceLeakDetector;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One connection on one event loop: with Netty's native epoll transport, busy polled, where the jar has it for this
 * machine, and with NIO elsewhere. A printed line says which.
 */
final class NettyClient {
    private static final int READ_BUFFER = 128 << 10;

    private NettyClient() {
    }

    /** Connects, and returns when done is completed. */
    static void run(URI uri, CompletableFuture<Void> done, Supplier<ChannelHandler[]> pipeline) throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        boolean epoll = Epoll.isAvailable();
        System.out.println("netty: transport=" + (epoll ? "epoll" : "nio"));
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory(0, () -> NettyClient::busyWait)
            : NioIoHandler.newFactory();
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
        try {
            new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BUFFER))
                .handler(initializer(pipeline))
                .connect(uri.getHost(), uri.getPort())
                .sync();
            done.get();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static ChannelInitializer<SocketChannel> initializer(Supplier<ChannelHandler[]> pipeline) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(pipeline.get());
            }
        };
    }

    private static int busyWait(IntSupplier selectNow, boolean hasTasks) throws Exception {
        return hasTasks ? selectNow.get() : SelectStrategy.BUSY_WAIT;
    }
}
