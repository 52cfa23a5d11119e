package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A secret of libvirt that a disk is opened with: its name, never its value. */
@ApiObject
public record DiskSecret(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's secret type: iscsi, ceph, passphrase, ...")
        String type,
    @Size(max = Bounds.UUID) @Nullable String uuid,
    @Size(max = Bounds.PATH) @JsonPropertyDescription("What it is looked up by where there is no uuid")
        @Nullable String usage) {

  /** For people. */
  public String named() {
    return type + " " + (uuid != null ? uuid : "'" + usage + "'");
  }
}
