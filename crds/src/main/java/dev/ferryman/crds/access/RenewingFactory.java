package dev.ferryman.crds.access;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Makes clients that use certificates as they are at the time of a request. */
final class RenewingFactory extends JdkHttpClientFactory {
  private final TlsFiles files;

  RenewingFactory(TlsFiles files) {
    this.files = files;
  }

  @Override
  protected HttpClient.Builder createNewHttpClientBuilder() {
    return new Builder(super.createNewHttpClientBuilder(), files);
  }

  /** The JDK's, but for the client that it builds. */
  private record Builder(HttpClient.Builder jdk, TlsFiles files) implements HttpClient.Builder {

    @Override
    public HttpClient build() {
      return new RenewedHttpClient(jdk, files);
    }

    @Override
    public Builder cookieHandler(CookieHandler handler) {
      jdk.cookieHandler(handler);
      return this;
    }

    @Override
    public Builder connectTimeout(Duration duration) {
      jdk.connectTimeout(duration);
      return this;
    }

    @Override
    public Builder sslContext(SSLContext context) {
      jdk.sslContext(context);
      return this;
    }

    @Override
    public Builder sslParameters(SSLParameters parameters) {
      jdk.sslParameters(parameters);
      return this;
    }

    @Override
    public Builder executor(Executor executor) {
      jdk.executor(executor);
      return this;
    }

    @Override
    public Builder followRedirects(Redirect policy) {
      jdk.followRedirects(policy);
      return this;
    }

    @Override
    public Builder version(Version version) {
      jdk.version(version);
      return this;
    }

    @Override
    public Builder priority(int priority) {
      jdk.priority(priority);
      return this;
    }

    @Override
    public Builder proxy(ProxySelector selector) {
      jdk.proxy(selector);
      return this;
    }

    @Override
    public Builder authenticator(Authenticator authenticator) {
      jdk.authenticator(authenticator);
      return this;
    }
  }
}
