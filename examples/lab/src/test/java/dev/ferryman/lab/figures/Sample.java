package dev.ferryman.lab.figures;

import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What was measured of one kind, in ascending order; at least one value. */
record Sample(List<Double> sorted) {
  static <T> Sample of(Collection<T> measured, ToDoubleFunction<T> figure) {
    return new Sample(measured.stream().mapToDouble(figure).sorted().boxed().toList());
  }

  int size() {
    return sorted.size();
  }

  double min() {
    return sorted.get(0);
  }

  double max() {
    return sorted.get(size() - 1);
  }

  /** The middle value, or the mean of the two in the middle. */
  double median() {
    return (sorted.get((size() - 1) / 2) + sorted.get(size() / 2)) / 2;
  }
}
