package io.github.apparmor4j.containerd.testing;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A client of CRI's {@code RuntimeService} (runtime.v1) that knows as much of its messages as tests
 * need, by their fields' numbers.
 */
public final class Cri {

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ManagedChannel channel;

  /** Connects to a socket. */
  public Cri(String socket) {
    channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket))
            .eventLoopGroup(group)
            .channelType(EpollDomainSocketChannel.class)
            .usePlaintext()
            .overrideAuthority("localhost")
            .build();
  }

  /** A message, field by field. */
  public static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Field {
      void write(CodedOutputStream out) throws IOException;
    }

    private Message with(Field field) {
      try {
        field.write(out);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Adds a string. */
    public Message with(int number, String value) {
      return with(to -> to.writeString(number, value));
    }

    /** Adds a number, of an enum say. */
    public Message with(int number, int value) {
      return with(to -> to.writeInt32(number, value));
    }

    /** Adds a truth value. */
    public Message with(int number, boolean value) {
      return with(to -> to.writeBool(number, value));
    }

    /** Adds a message. */
    public Message with(int number, Message value) {
      return with(to -> to.writeByteArray(number, value.toBytes()));
    }

    private byte[] toBytes() {
      with(CodedOutputStream::flush);
      return bytes.toByteArray();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Calls a method and returns its answer; throws {@code StatusRuntimeException} if refused. */
  public byte[] call(String method, Message request) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("runtime.v1.RuntimeService/" + method)
            .build();
    return ClientCalls.blockingUnaryCall(
        channel,
        descriptor,
        CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.MINUTES),
        request.toBytes());
  }

  /** Returns the first string field of a number in a message. */
  public static String string(byte[] message, int number) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == number) {
        return new String(in.readByteArray(), StandardCharsets.UTF_8);
      }
      in.skipField(tag);
    }
    throw new IOException("no field " + number);
  }

  /** Ends the connection. */
  public void close() throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    group.shutdownGracefully().await(10, TimeUnit.SECONDS);
  }
}
