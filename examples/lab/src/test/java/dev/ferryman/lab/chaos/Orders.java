package dev.ferryman.lab.chaos;

import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.lab.Api;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** The administrator: orders and takes back, again and again until the API server has taken it. */
final class Orders {
  private Orders() {}

  static void move(String name, LiveMigrationSpec spec) {
    Waiting.await("the API server to take " + name)
        .until(
            () -> {
              try {
                Api.create(name, spec);
                return true;
              } catch (KubernetesClientException e) {
                // It was taken, but the answer was lost.
                return e.getCode() == HttpURLConnection.HTTP_CONFLICT;
              }
            });
  }

  static void cancel(String name) {
    Waiting.await("the API server to take the cancel of " + name)
        .until(
            () -> {
              if (Api.get(name) != null) {
                Api.cancel(name);
              }
              return true;
            });
  }

  static void delete(String name) {
    Waiting.await("the API server to take the deletion of " + name)
        .until(
            () -> {
              Api.delete(name);
              return true;
            });
  }
}
