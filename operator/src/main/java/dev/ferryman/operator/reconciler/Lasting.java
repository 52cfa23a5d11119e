package dev.ferryman.operator.reconciler;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Since when the same is so of an attempt, as far as this operator has seen. */
final class Lasting {
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(@Nullable Object what, Instant since) {}

  /** Since when this has been so; since now if something else was before. */
  Instant since(String attempt, @Nullable Object what, Instant now) {
    var is = new Known(what, now);
    return known
        .compute(attempt, (a, was) -> was != null && Objects.equals(was.what(), what) ? was : is)
        .since();
  }

  boolean knows(String attempt) {
    return known.containsKey(attempt);
  }

  void forget(String attempt) {
    known.remove(attempt);
  }

  void keepOnly(Set<String> attempts) {
    known.keySet().retainAll(attempts);
  }

  Set<String> attempts() {
    return Set.copyOf(known.keySet());
  }
}
