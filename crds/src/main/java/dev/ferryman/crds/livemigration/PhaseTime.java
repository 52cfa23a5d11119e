package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** When a phase began. */
@ApiObject
public record PhaseTime(@Required Phase phase, @Required @Size(max = Bounds.WORD) String time) {}
