package dev.ferryman.crds.access;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The JDK's client, made anew when certificates have been replaced. New trust and key managers in
 * the old client would not do: it would go on with its open connections, on which the server knows
 * it by the old certificate, also after that has expired. Those go with the old client.
 */
final class RenewedHttpClient extends HttpClient {
  private final Builder builder;
  private final TlsFiles files;
  private HttpClient client;

  RenewedHttpClient(Builder builder, TlsFiles files) {
    this.builder = builder;
    this.files = files;
    this.client = builder.build();
  }

  private synchronized HttpClient current() {
    files.changed().ifPresent(context -> client = builder.sslContext(context).build());
    return client;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return current().send(request, handler);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return current().sendAsync(request, handler);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushHandler) {
    return current().sendAsync(request, handler, pushHandler);
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return current().newWebSocketBuilder();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return current().cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return current().connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return current().followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return current().proxy();
  }

  @Override
  public SSLContext sslContext() {
    return current().sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return current().sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return current().authenticator();
  }

  @Override
  public Version version() {
    return current().version();
  }

  @Override
  public Optional<Executor> executor() {
    return current().executor();
  }
}
