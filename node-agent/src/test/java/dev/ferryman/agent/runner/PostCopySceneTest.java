package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import org.junit.jupiter.api.BeforeEach;

/** Gives each test a scene whose order allows post-copy, and what brings a guest into it. */
abstract class PostCopySceneTest extends SceneTest {
  @BeforeEach
  void anOrderWithPostCopy() {
    scene.api.convergence(postCopy(1));
  }

  FakeMigration inPostCopy() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(2, 100));
    scene.await("progress", status -> percent(status) == 10);
    migration.progress(late(2, 200));
    awaitPostCopy();
    return migration;
  }

  void awaitPostCopy() {
    scene.await("post-copy", PostCopySceneTest::isInPostCopy);
  }

  private static boolean isInPostCopy(LiveMigrationStatus status) {
    return status.source() != null && Boolean.TRUE.equals(status.source().postCopyStarted());
  }

  static int percent(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress == null ? 0 : progress.percent();
  }

  static Convergence postCopy(int timeoutSeconds) {
    return ConvergenceBuilder.builder()
        .completionTimeoutSeconds(timeoutSeconds)
        .onTimeout(OnTimeout.PostCopy)
        .build();
  }

  /** Later than the order allows. */
  static Progress late(long pass, long sentMib) {
    return ProgressBuilder.builder()
        .percent(0)
        .memoryTotalBytes(1000L << 20)
        .memoryProcessedBytes(sentMib << 20)
        .memoryRemainingBytes((1000 - sentMib) << 20)
        .iteration(pass)
        .elapsedMilliseconds(5000 + sentMib)
        .build();
  }
}
