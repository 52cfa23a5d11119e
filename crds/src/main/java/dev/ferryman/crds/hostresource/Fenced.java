package dev.ferryman.crds.hostresource;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** "This boot of the host is over." */
@ApiObject
public record Fenced(@Required @Size(min = 1, max = Bounds.WORD) String bootID) {}
