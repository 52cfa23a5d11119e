package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A domain as its host's libvirt showed it at one moment. */
@ApiObject
public record DomainReport(
    @Required DomainState state,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's reason of the state, as in 'virsh domstate --reason'")
        @Nullable String reason,
    @Nullable ProcessIdentity process,
    @Size(max = Bounds.ATTEMPT_UID) @JsonPropertyDescription("Attempt that made this copy, from its metadata")
        @Nullable String attemptMark) {}
