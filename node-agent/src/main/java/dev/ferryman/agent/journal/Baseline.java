package dev.ferryman.agent.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.ferryman.crds.livemigration.DomainReport;
import org.jspecify.annotations.Nullable;

/**
 * What this host looked like before the attempt could change it.
 *
 * @param domain the instance's domain
 * @param daemonStartTicks start of the libvirt daemon; null if it was not running
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Baseline(DomainReport domain, String bootID, @Nullable Long daemonStartTicks) {}
