package dev.ferryman.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * One obstacle looked for before anything moves; all are evaluated, so that a user sees every one.
 */
@ApiObject
public record Check(
    @Required @Size(max = Bounds.WORD) @JsonPropertyDescription("What was checked") String name,
    @Required CheckOutcome outcome,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Typed reason of a Warn or Fail")
        @Nullable String reason,
    @Size(max = Bounds.HOST_NAME) @JsonPropertyDescription("Host on which it was seen")
        @Nullable String host,
    @Size(max = Bounds.MESSAGE) @JsonPropertyDescription("The numbers and names it was judged by")
        @Nullable String message) {
  /** That nothing is in the way. */
  public static Check pass(CheckName name, @Nullable String host, String message) {
    return of(name, CheckOutcome.Pass, null, host, message);
  }

  /** A risk that does not refuse the move. */
  public static Check warn(CheckName name, Reason reason, @Nullable String host, String message) {
    return of(name, CheckOutcome.Warn, reason, host, message);
  }

  /** An obstacle, which refuses the move. */
  public static Check fail(CheckName name, Reason reason, @Nullable String host, String message) {
    return of(name, CheckOutcome.Fail, reason, host, message);
  }

  /** That it could not be evaluated, and why. */
  public static Check skipped(CheckName name, @Nullable String host, String message) {
    return of(name, CheckOutcome.Skipped, null, host, message);
  }

  private static Check of(
      CheckName name,
      CheckOutcome outcome,
      @Nullable Reason reason,
      @Nullable String host,
      String message) {
    return new Check(name.name(), outcome, reason == null ? null : reason.name(), host, message)
        .bounded();
  }

  /**
   * The same, its text cut to its bound: the API server would refuse a status with a longer one.
   */
  public Check bounded() {
    return message == null || message.length() <= Bounds.MESSAGE
        ? this
        : new Check(name, outcome, reason, host, Bounds.cut(message, Bounds.MESSAGE));
  }
}
