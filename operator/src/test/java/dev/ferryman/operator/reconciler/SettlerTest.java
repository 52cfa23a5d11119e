package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Migration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettlerTest {
  private final Settler settler = new Settler();

  private static Migration ended(String uid) {
    return Sample.move(
        Phase.Migrating,
        s ->
            s.attempt(new dev.ferryman.crds.livemigration.Attempt(uid, 1, Sample.NOW.toString()))
                .source(
                    Sample.ended(Switched.Gone, DomainState.Absent, null).attemptUID(uid).build()));
  }

  private void settle(Migration move, Migration... all) {
    var hosts = List.of(Sample.host("host-b"), Sample.host("host-c"));
    settler.settle(move, new Observation(hosts, List.of(all), Map.of(), Sample.NOW, Sample.NOW));
  }

  @Test
  void movesThatHaveVanishedAreForgotten() {
    var vanishes = ended(Sample.UID + "/1");
    var stays = ended(Sample.UID.replace('a', 'b') + "/1");
    var comes = ended(Sample.UID.replace('a', 'c') + "/1");
    settle(vanishes, vanishes, stays);
    settle(stays, vanishes, stays);
    settle(comes, stays, comes);

    assertThat(settler.unsettled())
        .containsExactlyInAnyOrder(stays.attemptUID(), comes.attemptUID());
  }
}
