package io.sonic.benchmarks.peers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * Netty's echo over TCP, without the websocket.
 */
public final class NettyTcpPeer implements Peer {
    private NettyTcpPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new NettyTcpPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        EchoHandler handler = new EchoHandler(roundTrips, options.message());
        NettyClient.run(options.uri(), handler.done, () -> new ChannelHandler[] {handler});
        return roundTrips.summary("netty");
    }

    @Override
    public String rate(PeerOptions options) {
        throw new UnsupportedOperationException("bytes without frames are not counted as messages");
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final RoundTrips roundTrips;
        private final ByteBuf message;
        private final ByteBuf received;

        EchoHandler(RoundTrips roundTrips, String message) {
            this.roundTrips = roundTrips;
            this.message = Unpooled.directBuffer().writeBytes(message.getBytes(StandardCharsets.US_ASCII));
            received = Unpooled.directBuffer(message.length());
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            send(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object data) {
            ByteBuf bytes = (ByteBuf) data;
            received.writeBytes(bytes);
            bytes.release();
            if (received.readableBytes() < message.readableBytes()) {
                return;
            }
            boolean more = roundTrips.received();
            if (!message.equals(received)) {
                done.completeExceptionally(new IllegalStateException("the echo differs from the message"));
            } else if (more) {
                received.clear();
                send(context);
            } else {
                done.complete(null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            done.completeExceptionally(new IllegalStateException("the server ended the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            done.completeExceptionally(cause);
        }

        private void send(ChannelHandlerContext context) {
            roundTrips.sending();
            context.writeAndFlush(message.retainedDuplicate(), context.voidPromise());
        }
    }
}
