package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** The administrator's settings of a host. */
@ApiObject
public record HostResourceSpec(
    @Default("false") @JsonPropertyDescription("No instance may come here")
        @Nullable Boolean unschedulable,
    @JsonPropertyDescription(
            "Declares one boot of the host over (powered off); only while Alive is False, void after a reboot")
        @Nullable Fenced fenced,
    @JsonPropertyDescription(
            "Committed resources may be up to total times this; absent fields: cpu 4.0, memory 1.0, disk 1.0")
        @Nullable Overcommit overcommit,
    @JsonPropertyDescription(
            "Kept back for the host itself; absent fields: 0 vCPUs, 512 MiB, 0 GiB")
        @Nullable Reserved reserved) {

  /** What holds for a host whose administrator has set nothing. */
  public static final HostResourceSpec DEFAULT = new HostResourceSpec(false, null, null, null);
}
