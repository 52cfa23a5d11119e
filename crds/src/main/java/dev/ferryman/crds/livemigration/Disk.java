package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A disk of the instance, as far as the destination needs to know it. */
@ApiObject
public record Disk(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("Device name in the guest, e.g. vda")
        String target,
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's disk type: file, block, network, volume, ...")
        String type,
    @Size(max = Bounds.PATH) @Nullable String path,
    @Nullable Boolean readOnly,
    @JsonPropertyDescription(
            "Whether byte-range locks, on which QEMU's image locks stand, work in its directory at the source")
        @Nullable Boolean locks) {

  /** The same disk, with what was found of its locks. */
  public Disk withLocks(@Nullable Boolean found) {
    return new Disk(target, type, path, readOnly, found);
  }
}
