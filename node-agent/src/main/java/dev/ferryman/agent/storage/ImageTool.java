package dev.ferryman.agent.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes an empty image into a file. */
@FunctionalInterface
public interface ImageTool {
  /**
   * What the image is to be.
   *
   * @param format raw or qcow2
   * @param backing path of the image below it; null: none
   * @param backingFormat its format; null without one
   */
  record Form(
      String format, long virtualBytes, @Nullable String backing, @Nullable String backingFormat) {}

  /**
   * Makes the file, which is there and empty, such an image.
   *
   * @throws IOException with the tool's words
   */
  void write(Path file, Form form) throws IOException;
}
