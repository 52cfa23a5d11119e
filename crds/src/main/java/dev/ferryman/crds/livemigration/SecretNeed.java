package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A secret of libvirt's that the instance's devices name: by UUID, or by what it is for. */
@ApiObject
public record SecretNeed(
    @Size(max = Bounds.UUID) @Nullable String uuid,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's usage type: ceph, iscsi, volume, vtpm, ...")
        @Nullable String usageType,
    @Size(max = Bounds.NAME) @Nullable String usage) {}
