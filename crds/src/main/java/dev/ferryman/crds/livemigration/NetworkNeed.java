package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** What an interface of the instance is attached to. */
@ApiObject
public record NetworkNeed(
    @Required NetworkKind kind, @Required @Size(max = Bounds.NAME) String name) {}
