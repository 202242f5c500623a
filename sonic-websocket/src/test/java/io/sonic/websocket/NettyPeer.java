package io.sonic.websocket;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Netty's websockets: a server that sends everything back, and a client whose messages come one after the other.
 */
final class NettyPeer implements AutoCloseable {
    private static final int LIMIT = 16 * 1024 * 1024;

    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private Channel channel;

    private NettyPeer() {
    }

    static NettyPeer server(boolean deflate) throws InterruptedException {
        NettyPeer peer = new NettyPeer();
        WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder().websocketPath("/")
            .allowExtensions(deflate).maxFramePayloadLength(LIMIT).build();
        peer.channel = new ServerBootstrap().group(peer.group).channel(NioServerSocketChannel.class)
            .childHandler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel accepted) {
                    ChannelPipeline pipeline = accepted.pipeline();
                    pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(65536));
                    if (deflate) {
                        pipeline.addLast(new WebSocketServerCompressionHandler(LIMIT));
                    }
                    pipeline.addLast(new WebSocketServerProtocolHandler(config), new WebSocketFrameAggregator(LIMIT),
                        new Echo());
                }
            }).bind("127.0.0.1", 0).sync().channel();
        return peer;
    }

    String url() {
        return "ws://127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort() + "/";
    }

    static NettyPeer client(String url, boolean deflate) throws InterruptedException {
        NettyPeer peer = new NettyPeer();
        URI uri = URI.create(url);
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder().webSocketUri(uri)
            .allowExtensions(deflate).maxFramePayloadLength(LIMIT).build();
        peer.channel = new Bootstrap().group(peer.group).channel(NioSocketChannel.class)
            .handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel connected) {
                    ChannelPipeline pipeline = connected.pipeline();
                    pipeline.addLast(new HttpClientCodec(), new HttpObjectAggregator(65536));
                    if (deflate) {
                        pipeline.addLast(new WebSocketClientCompressionHandler(LIMIT));
                    }
                    pipeline.addLast(new WebSocketClientProtocolHandler(config), new WebSocketFrameAggregator(LIMIT),
                        peer.new Collector());
                }
            }).connect(uri.getHost(), uri.getPort()).sync().channel();
        return peer;
    }

    void sendText(String text) {
        channel.writeAndFlush(new TextWebSocketFrame(text));
    }

    void sendBinary(byte[] bytes) {
        ByteBuf buffer = channel.alloc().buffer(bytes.length).writeBytes(bytes);
        channel.writeAndFlush(new BinaryWebSocketFrame(buffer));
    }

    void sendClose() {
        channel.writeAndFlush(new CloseWebSocketFrame(
            WebSocketCloseStatus.NORMAL_CLOSURE));
    }

    private static final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            context.writeAndFlush(frame.retain());
        }
    }

    private final class Collector extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                received.add("open");
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame text) {
                received.add("text " + text.text());
            } else {
                received.add("binary " + frame.content().readableBytes());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            received.add("failed " + cause);
        }
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
