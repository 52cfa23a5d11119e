package dev.ferryman.lab.figures;

import dev.ferryman.crds.livemigration.OnTimeout;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints the figures as plain text. */
final class Report {
  private final StringBuilder text = new StringBuilder();

  Report fact(String name, String value) {
    text.append(String.format(Locale.ROOT, "%-10s %s%n", name, value));
    return this;
  }

  Report overheads(List<Measurement.Overhead> overheads) {
    if (overheads.isEmpty()) {
      return this;
    }
    heading("What Ferryman adds to a move [ms]");
    milliseconds("order sent to start of libvirt's job", Sample.of(overheads, o -> o.before()));
    milliseconds("end of the job to Succeeded seen", Sample.of(overheads, o -> o.after()));
    milliseconds("both", Sample.of(overheads, o -> o.sum()));
    milliseconds("(the job itself)", Sample.of(overheads, o -> o.job()));
    return this;
  }

  Report verdicts(List<Double> verdicts) {
    if (verdicts.isEmpty()) {
      return this;
    }
    heading("An order that only checks [ms]");
    milliseconds("order sent to its verdict seen", Sample.of(verdicts, v -> v));
    return this;
  }

  Report pairs(List<Measurement.Pair> pairs) {
    if (pairs.isEmpty()) {
      return this;
    }
    heading("Total time of a move [ms]");
    milliseconds("raw virsh migrate", Sample.of(pairs, pair -> pair.raw().total()));
    milliseconds(
        "Ferryman, order sent to Succeeded seen", Sample.of(pairs, p -> p.ferryman().total()));
    ratios("Ferryman / raw, pair by pair", Sample.of(pairs, Measurement.Pair::totalRatio));
    heading("Longest gap between the guest's heartbeats [ms]");
    milliseconds("raw virsh migrate", Sample.of(pairs, pair -> pair.raw().downtime()));
    milliseconds("Ferryman", Sample.of(pairs, pair -> pair.ferryman().downtime()));
    ratios("Ferryman / raw, pair by pair", Sample.of(pairs, Measurement.Pair::downtimeRatio));
    return this;
  }

  Report switchovers(List<Measurement.Switchovers> switchovers) {
    if (switchovers.isEmpty()) {
      return this;
    }
    heading("Longest gap between the guest's heartbeats [ms]");
    milliseconds("Fast", Sample.of(switchovers, both -> both.fast().downtime()));
    milliseconds("Strict", Sample.of(switchovers, both -> both.strict().downtime()));
    milliseconds(
        "Strict - Fast, pair by pair", Sample.of(switchovers, Measurement.Switchovers::difference));
    return this;
  }

  Report busy(Map<OnTimeout, List<Busy.Pair>> ways) {
    ways.forEach(
        (way, pairs) -> {
          if (!pairs.isEmpty()) {
            heading("A busy guest, " + way + " after " + Busy.TIMEOUT_SECONDS + " s [ms]");
            milliseconds("raw virsh, total", Sample.of(pairs, pair -> pair.raw().total()));
            milliseconds("Ferryman, total", Sample.of(pairs, pair -> pair.ferryman().total()));
            milliseconds("raw, heartbeat gap", Sample.of(pairs, pair -> pair.raw().downtime()));
            milliseconds(
                "Ferryman, heartbeat gap", Sample.of(pairs, pair -> pair.ferryman().downtime()));
          }
        });
    return this;
  }

  Report recoveries(
      List<Recovery.Restart> agents,
      List<Recovery.Restart> operators,
      List<Recovery.HandOver> handOvers) {
    if (agents.isEmpty()) {
      return this;
    }
    heading("Agent killed in mid-copy, from its start [ms]");
    milliseconds("ready", Sample.of(agents, Recovery.Restart::ready));
    milliseconds("goes on to report the copy", Sample.of(agents, Recovery.Restart::atWork));
    heading("Operator killed, from its start [ms]");
    milliseconds("ready", Sample.of(operators, Recovery.Restart::ready));
    milliseconds("answers a waiting order", Sample.of(operators, Recovery.Restart::atWork));
    heading("Leader of two told to stop, from then [ms]");
    milliseconds("the other leads", Sample.of(handOvers, Recovery.HandOver::lead));
    milliseconds("the other answers a new order", Sample.of(handOvers, Recovery.HandOver::atWork));
    return this;
  }

  private void heading(String what) {
    text.append(
        String.format(Locale.ROOT, "%n%-48s %4s %9s %9s %9s%n", what, "n", "min", "median", "max"));
  }

  private void milliseconds(String what, Sample sample) {
    row(what, sample, "%.0f");
  }

  private void ratios(String what, Sample sample) {
    row(what, sample, "%.2f");
  }

  private void row(String what, Sample sample, String number) {
    text.append(String.format(Locale.ROOT, "  %-46s %4d", what, sample.size()));
    for (var value : List.of(sample.min(), sample.median(), sample.max())) {
      text.append(String.format(Locale.ROOT, "%10s", String.format(Locale.ROOT, number, value)));
    }
    text.append(System.lineSeparator());
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
