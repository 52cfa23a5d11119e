package dev.ferryman.crds.access;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out whether a watch has gone deaf, by lists that are made beside it now and then. A
 * connection can end without its watch being told (seen when an API server was killed while the
 * program stood still: the socket stayed in CLOSE_WAIT), and the client itself renews a watch only
 * after 5 to 10 minutes. A watch that is merely late knows at each look what was there at the look
 * before. For one thread at a time.
 */
public final class DeafnessCheck<T extends HasMetadata> {
  private final Listable<? extends KubernetesResourceList<T>> api;
  private final Supplier<Stream<T>> heard;

  /** Versions by uid. */
  private Map<String, Long> lookBefore = Map.of();

  /**
   * What is there now.
   *
   * @param deaf whether something that was there at the look before, and still is, is not known to
   *     the watch in that version or a later one
   */
  public record Look<T>(List<T> found, boolean deaf) {}

  /**
   * @param api lists what is watched
   * @param heard gives what the watch knows now
   */
  public DeafnessCheck(
      Listable<? extends KubernetesResourceList<T>> api, Supplier<Stream<T>> heard) {
    this.api = api;
    this.heard = heard;
  }

  /**
   * Lists, which the API server answers from its own cache, and compares.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if it does not answer
   */
  public Look<T> look() {
    // Before the list: what is deleted in between is not missed.
    var known = versions(heard.get());
    var found = api.list(new ListOptionsBuilder().withResourceVersion("0").build()).getItems();
    var now = versions(found.stream());
    var deaf =
        lookBefore.entrySet().stream()
            .filter(before -> now.containsKey(before.getKey()))
            .anyMatch(before -> known.getOrDefault(before.getKey(), -1L) < before.getValue());
    lookBefore = now;
    return new Look<>(found, deaf);
  }

  private static Map<String, Long> versions(Stream<? extends HasMetadata> objects) {
    return objects.collect(
        Collectors.toMap(
            object -> String.valueOf(object.getMetadata().getUid()),
            DeafnessCheck::version,
            Math::max));
  }

  /** The API gives resource versions that grow (KEP-5504). */
  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException unversioned) {
      return 0;
    }
  }
}
