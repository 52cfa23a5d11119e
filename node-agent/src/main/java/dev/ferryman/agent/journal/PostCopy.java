package dev.ferryman.agent.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.ferryman.crds.livemigration.GivenUp;
import org.jspecify.annotations.Nullable;

/**
 * The migration is to go over to post-copy; in the journal before libvirt is asked to.
 *
 * @param because what would have ended the migration otherwise; null: somebody else has asked
 *     libvirt for it
 * @param started whether libvirt has shown that it has: from then on the job cannot be ended
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PostCopy(@Nullable GivenUp because, boolean started) {}
