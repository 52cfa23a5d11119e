package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** How a guest is brought to an end of its copying that writes faster than it is copied. */
@RecordBuilder
@ApiObject
@ValidationRule(
    value = "self.compression != 'Zstd' || self.parallelConnections > 1",
    message = "compression Zstd needs parallelConnections of at least 2",
    fieldPath = ".compression")
@ValidationRule(
    value = "self.compression != 'Xbzrle' || self.parallelConnections == 1",
    message = "compression Xbzrle goes over one connection: leave out parallelConnections",
    fieldPath = ".compression")
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
            "How long the copying may make no headway: no pass over the memory begins with less left to copy")
        @Nullable Integer stallTimeoutSeconds,
    @Default("0")
        @Min(0) @Max(MOST_SECONDS) @JsonPropertyDescription("How long the copying may take altogether; 0: any time")
        @Nullable Integer completionTimeoutSeconds,
    @Default("Abort")
        @JsonPropertyDescription(
            "What is done after stallTimeoutSeconds or completionTimeoutSeconds. Abort: the migration is ended. Pause: the guest is paused, for stallTimeoutSeconds at most, until the rest of it is copied; if that is not enough the migration is ended and the guest goes on at the source. PostCopy: the guest goes on at the destination at once, and the rest of it is copied afterwards; until then it is lost with either host, and the migration cannot be ended any more; only with switchover Fast, and not for a guest that is paused")
        @Nullable OnTimeout onTimeout,
    @Default("None")
        @JsonPropertyDescription(
            "Compresses the guest's memory on its way. Zstd needs parallelConnections of at least 2, and libvirt 9.4.0 or later. Xbzrle sends of a page that is sent again what has changed in it, over one connection")
        @Nullable Compression compression,
    @Default("1")
        @Min(1) @Max(MOST_CONNECTIONS) @JsonPropertyDescription("Connections that the guest's memory is sent over side by side")
        @Nullable Integer parallelConnections) {
  /** QEMU: multifd-channels. */
  private static final int MOST_CONNECTIONS = 255;

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

  /** How the guest's memory is compressed. */
  @JsonIgnore
  public Compression compressionOrNone() {
    return compression == null ? Compression.None : compression;
  }

  /** Connections of the copying. */
  @JsonIgnore
  public int connections() {
    return parallelConnections == null ? 1 : parallelConnections;
  }

  /** Whether the guest may be paused so that its copying ends. */
  @JsonIgnore
  public boolean mayPause() {
    return onTimeout == OnTimeout.Pause;
  }

  /** Whether the guest may go on at the destination before all of it is there. */
  @JsonIgnore
  public boolean mayPostCopy() {
    return onTimeout == OnTimeout.PostCopy;
  }

  /** Seconds altogether; 0: any. */
  @JsonIgnore
  public int completionTimeout() {
    return completionTimeoutSeconds == null ? 0 : completionTimeoutSeconds;
  }
}
