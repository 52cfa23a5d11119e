package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Something on its host's file system that the instance cannot be started without. */
@ApiObject
public record FileNeed(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("What names it: kernel, loader, serial dev, ...")
        String device,
    @Required @Size(max = Bounds.PATH) String path,
    @Required FileKind kind,
    @Size(max = Bounds.PATH) @JsonPropertyDescription("Does as well, if it is there")
        @Nullable String instead) {}
