package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** How a guest is brought to an end of its copying that writes faster than it is copied. */
@RecordBuilder
@ApiObject
public record Convergence(
    @Default("0")
        @Min(0) @Max(MOST_BANDWIDTH) @JsonPropertyDescription("Cap on the copying; 0: none")
        @Nullable Integer bandwidthMiBPerSecond,
    @Default("500")
        @Min(1) @Max(MOST_DOWNTIME) @JsonPropertyDescription(
            "How long the guest may stand still at the switch-over. Ferryman begins with 50 ms and allows more only while the copying makes no headway")
        @Nullable Integer maxDowntimeMilliseconds,
    @Default("false")
        @JsonPropertyDescription("Slows the guest's CPUs down as long as it writes too fast")
        @Nullable Boolean autoConverge,
    @Default("60")
        @Min(5) @Max(MOST_SECONDS) @JsonPropertyDescription(
            "Ends the migration after so long without headway: no pass over the memory began with less left to copy")
        @Nullable Integer stallTimeoutSeconds,
    @Default("0")
        @Min(0) @Max(MOST_SECONDS) @JsonPropertyDescription("Ends the migration after so long altogether; 0: never")
        @Nullable Integer completionTimeoutSeconds) {
  private static final int MOST_BANDWIDTH = 1_000_000;
  private static final int MOST_DOWNTIME = 60_000;
  private static final int MOST_SECONDS = 604_800;

  private static final int DOWNTIME = 500;
  private static final int STALL_TIMEOUT = 60;

  /** What a manifest means that says nothing of it. */
  public static final Convergence DEFAULT = ConvergenceBuilder.builder().build();

  /** Cap in MiB/s; 0: none. */
  @JsonIgnore
  public int bandwidth() {
    return bandwidthMiBPerSecond == null ? 0 : bandwidthMiBPerSecond;
  }

  /** Most downtime in milliseconds. */
  @JsonIgnore
  public int maxDowntime() {
    return maxDowntimeMilliseconds == null ? DOWNTIME : maxDowntimeMilliseconds;
  }

  /** Whether the guest may be slowed down. */
  @JsonIgnore
  public boolean mayThrottle() {
    return Boolean.TRUE.equals(autoConverge);
  }

  /** Seconds without headway. */
  @JsonIgnore
  public int stallTimeout() {
    return stallTimeoutSeconds == null ? STALL_TIMEOUT : stallTimeoutSeconds;
  }

  /** Seconds altogether; 0: any. */
  @JsonIgnore
  public int completionTimeout() {
    return completionTimeoutSeconds == null ? 0 : completionTimeoutSeconds;
  }
}
