package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * One try to move the instance. Its uid is derived, never random, so that a second leader or a
 * restored API server arrives at the same.
 */
@ApiObject
public record Attempt(
    @Required
        @Size(max = Bounds.ATTEMPT_UID) @Pattern("^[0-9a-f-]{36}/[1-9][0-9]?$") @JsonPropertyDescription("<metadata.uid>/<number>")
        String uid,
    @Required @Min(1) @Max(99) Integer number,
    @Size(max = Bounds.WORD) @Nullable String startTime) {

  /** The attempt of that number of the LiveMigration with that metadata.uid. */
  public static Attempt of(String liveMigrationUID, int number, String startTime) {
    return new Attempt(liveMigrationUID + "/" + number, number, startTime);
  }
}
