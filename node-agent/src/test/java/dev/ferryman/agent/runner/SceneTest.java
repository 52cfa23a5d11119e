package dev.ferryman.agent.runner;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a scene of its own, before any order. */
@Timeout(60)
abstract class SceneTest {
  @TempDir Path directory;
  Scene scene;

  @BeforeEach
  void setTheScene() {
    scene = new Scene(directory);
  }

  @AfterEach
  void end() {
    scene.close();
  }
}
