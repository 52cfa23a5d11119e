package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Two hosts, and what is read out of what they say. */
abstract class EvidenceFixture {
  final Host b = Sample.host("host-b");
  final Host c = Sample.host("host-c");
  final SourceReport gone =
      Sample.ended(Switched.Gone, DomainState.Absent, null)
          .libvirtdStartTime(1L)
          .result(new CallResult(0, null, null))
          .build();
  final DestinationReport running =
      Sample.saw(Started.Started, DomainState.Running, "migrated").libvirtdStartTime(1L).build();

  Optional<Evidence> read(
      Phase phase,
      SourceReport source,
      DestinationReport destination,
      Host from,
      Host to,
      boolean patient) {
    var move = Sample.move(phase, s -> s.source(source).destination(destination));
    return Evidence.of(move, Optional.ofNullable(from), Optional.ofNullable(to), patient);
  }

  Evidence read(SourceReport source, DestinationReport destination) {
    return read(Phase.Migrating, source, destination, b, c, false).orElseThrow();
  }

  DestinationEvidence at(Started started, DomainState state, String reason) {
    return read(gone, Sample.saw(started, state, reason).build()).destination();
  }

  Standing standing(String reason) {
    return standing(reason, null);
  }

  Standing standing(String reason, @Nullable Boolean pausedToFinish) {
    var report =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, reason)
            .pausedToFinish(pausedToFinish)
            .build();
    return ((MayHaveSwitched) read(report, running).source()).standing();
  }
}
