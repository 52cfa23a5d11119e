package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image below a disk, which is read where the disk's own image holds nothing. */
@ApiObject
public record BackingImage(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's disk type: file, block, network, ...")
        String type,
    @Size(max = Bounds.PATH) @Nullable String path,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Image format: raw, qcow2, ...")
        @Nullable String format,
    @Size(max = Bounds.ADDRESSES) @JsonPropertyDescription("Where a network image is served, host:port; any of them will do")
        List<@Size(max = Bounds.NAME) String> servers,
    @Nullable DiskIdentity identity) {

  /** Absent lists are empty. */
  public BackingImage {
    servers = Lists.orEmpty(servers);
  }

  /** The same image, with what was found of its identity. */
  public BackingImage withIdentity(@Nullable DiskIdentity found) {
    return new BackingImage(type, path, format, servers, found);
  }
}
