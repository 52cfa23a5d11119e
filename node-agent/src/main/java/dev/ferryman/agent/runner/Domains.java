package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import java.util.Optional;

/** Puts libvirt's facts into the words of the API. */
final class Domains {
  static final DomainReport ABSENT = new DomainReport(DomainState.Absent, null, null, null);

  private Domains() {}

  static DomainReport report(Optional<DomainFacts> domain) {
    return domain
        .map(
            facts ->
                new DomainReport(
                    facts.state(),
                    Bounds.cut(facts.reason(), Bounds.WORD),
                    facts.process(),
                    facts.attemptMark()))
        .orElse(ABSENT);
  }
}
