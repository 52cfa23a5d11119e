package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * The CPU that the guest sees.
 *
 * @param xml libvirt's element cpu of the guest, without topology and NUMA; of the source's host if
 *     its CPU is passed through
 */
@ApiObject
public record CpuNeed(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's mode: custom, host-passthrough, maximum")
        String mode,
    @JsonPropertyDescription("Whether libvirt holds the guest to exactly this CPU")
        @Nullable Boolean enforced,
    @Required @Size(max = Bounds.CPU_XML) String xml) {}
