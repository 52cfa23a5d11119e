package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A disk of the instance, as far as the destination needs to know it. */
@RecordBuilder
@ApiObject
public record Disk(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("Device name in the guest, e.g. vda")
        String target,
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's disk type: file, block, network, volume, ...")
        String type,
    @Size(max = Bounds.PATH) @JsonPropertyDescription("File, device or name of the image; absent: an empty drive")
        @Nullable String path,
    @Size(max = Bounds.PATH) @JsonPropertyDescription(
            "Storage pool and volume, as pool/volume, by which each host's libvirt finds the image; absent: by its path")
        @Nullable String volume,
    @Nullable Boolean readOnly,
    @JsonPropertyDescription(
            "Whether byte-range locks, on which QEMU's image locks stand, work in its directory at the source")
        @Nullable Boolean locks,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Image format: raw, qcow2, ...")
        @Nullable String format,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's cache mode; absent: its default")
        @Nullable String cache,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Protocol of a network disk: iscsi, rbd, nbd, gluster, ...")
        @Nullable String protocol,
    @Size(max = Bounds.ADDRESSES) @JsonPropertyDescription("Where a network disk is served, host:port; any of them will do")
        List<@Size(max = Bounds.NAME) String> servers,
    @JsonPropertyDescription("Of a block device, and of a file that the guest only reads")
        @Nullable DiskIdentity identity,
    @Min(0) @JsonPropertyDescription(
            "What the guest sees of a file that it writes; told where the order is to copy disks")
        @Nullable Long virtualBytes,
    @Min(0) @JsonPropertyDescription("What the image takes at the source")
        @Nullable Long allocatedBytes,
    @Size(max = Bounds.WORD) @JsonPropertyDescription(
            "For what libvirt's XML says of the disk it is not copied, e.g. shareable; absent: nothing")
        @Nullable String uncopyable,
    @Size(max = Bounds.CHAIN) @JsonPropertyDescription("Images below this one, the nearest first")
        List<BackingImage> backing) {

  /** Absent lists are empty. */
  public Disk {
    servers = Lists.orEmpty(servers);
    backing = Lists.orEmpty(backing);
  }

  /** A disk of which no more is known than where it is. */
  public static Disk of(
      String target,
      String type,
      @Nullable String path,
      @Nullable Boolean readOnly,
      @Nullable Boolean locks) {
    return DiskBuilder.builder()
        .target(target)
        .type(type)
        .path(path)
        .readOnly(readOnly)
        .locks(locks)
        .build();
  }

  /** The same disk, with what was found of its locks. */
  public Disk withLocks(@Nullable Boolean found) {
    return DiskBuilder.builder(this).locks(found).build();
  }
}
