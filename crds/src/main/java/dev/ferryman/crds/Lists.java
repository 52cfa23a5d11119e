package dev.ferryman.crds;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of the API are never null in Java: absent and empty are the same there. */
public final class Lists {
  private Lists() {}

  /** An immutable copy, empty for an absent list. */
  public static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
