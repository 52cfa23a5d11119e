package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** By what one host tells a device, or a file that nobody writes to, from another of its name. */
@ApiObject
public record DiskIdentity(
    @Required @Min(0) Long sizeBytes,
    @Size(max = Bounds.DISK_IDS) @JsonPropertyDescription(
            "What the device says that it is, each as kind:value, e.g. wwid:naa.6001405abc")
        List<@Size(max = Bounds.NAME) String> ids,
    @Size(max = Bounds.DISK_HEAD) @JsonPropertyDescription(
            "Hashes of the 64 KiB pieces of the first MiB, in order; absent: not readable")
        @Nullable String head) {

  /** Absent lists are empty. */
  public DiskIdentity {
    ids = Lists.orEmpty(ids);
  }
}
