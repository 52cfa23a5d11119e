package dev.ferryman.operator.kube;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Answers {@code /healthz}, {@code /readyz} and {@code /metrics}. */
public final class HealthServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor =
      Executors.newFixedThreadPool(2, Threads.daemon("health"));

  /**
   * Listens at once.
   *
   * @param port 0 takes any free one
   */
  public HealthServer(int port, BooleanSupplier ready, Supplier<String> metrics)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(executor);
    server.createContext("/healthz", e -> answer(e, true, "ok\n"));
    server.createContext(
        "/readyz",
        e -> {
          boolean isReady = ready.getAsBoolean();
          answer(e, isReady, isReady ? "ok\n" : "not connected to the API server\n");
        });
    server.createContext("/metrics", e -> answer(e, true, metrics.get()));
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private static void answer(HttpExchange exchange, boolean fine, String text) throws IOException {
    var body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    exchange.sendResponseHeaders(
        fine ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}
