package io.github.apparmor4j.services;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A service on the JVM, with a hole that lets its clients run a shell. */
final class HelloService {

  private HelloService() {}

  /** Takes the port. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
            0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer =
              answer(exchange.getRequestURI().getPath()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  private static String answer(String path) throws IOException {
    if (path.equals("/shell")) {
      try {
        return "started " + new ProcessBuilder("/bin/sh", "-c", "id").start().pid();
      } catch (IOException e) {
        return "" + e.getMessage();
      }
    }
    Path file = Files.createTempFile("hello", ".txt");
    Files.writeString(file, "hello " + path);
    String text = Files.readString(file);
    Files.delete(file);
    return text;
  }
}
