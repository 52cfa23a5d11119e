package dev.ferryman.agent.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.ferryman.crds.livemigration.GivenUp;

/**
 * The guest is to be paused so that its copying ends; in the journal before libvirt is asked to.
 *
 * @param because what would have ended the migration otherwise
 * @param elapsedMilliseconds how long libvirt's job had taken by then
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Pause(GivenUp because, long elapsedMilliseconds) {}
