package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.agent.storage.DiskMaker.Image;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskMakerTest {
  private static final ImageTool.Form FORM = new ImageTool.Form("raw", 1024, null, null);

  @TempDir Path parent;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final DiskMaker maker = maker((file, form) -> Files.writeString(file, "an image"));
  private Image image;

  @BeforeEach
  void aPlace() {
    image = new Image(parent.resolve("g1/disk"), parent.resolve("g1/.ferryman-x-1-vda"), true);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private DiskMaker maker(ImageTool tool) {
    return new DiskMaker(threads, tool, UnaryOperator.identity());
  }

  @Test
  void makesTheImageWithItsDirectoryAndLeavesNoSecondNameOnceItIsTheGuests() throws IOException {
    maker.make(image, FORM);
    maker.keep(image);

    assertThat(files()).containsExactly("g1", "g1/disk");
    assertThat(image.path()).hasContent("an image");
  }

  @Test
  void removesWhatItHasMade() throws IOException {
    maker.make(image, FORM);
    maker.remove(image);

    assertThat(files()).isEmpty();
  }

  @Test
  void aStrangersFileIsNeitherOverwrittenNorRemoved() throws IOException {
    Files.createDirectory(parent.resolve("g1"));
    Files.writeString(image.path(), "a stranger's");

    assertThatThrownBy(() -> maker.make(image, FORM))
        .isInstanceOf(FileAlreadyExistsException.class);
    maker.remove(image);

    assertThat(files()).containsExactly("g1", "g1/disk");
    assertThat(image.path()).hasContent("a stranger's");
  }

  @Test
  void aStrangersFileThatCameJustBeforeTheImageIsNotOverwritten() throws IOException {
    var slow =
        maker(
            (file, form) -> {
              Files.writeString(file, "an image");
              Files.writeString(image.path(), "a stranger's");
            });

    assertThatThrownBy(() -> slow.make(image, FORM)).isInstanceOf(FileAlreadyExistsException.class);
    slow.remove(image);

    assertThat(image.path()).hasContent("a stranger's");
    assertThat(files()).containsExactly("g1", "g1/disk");
  }

  @Test
  void aFileThatTookThePlaceOfTheImageIsNotRemoved() throws IOException {
    maker.make(image, FORM);
    Files.delete(image.path());
    Files.writeString(image.path(), "a stranger's");

    maker.remove(image);

    assertThat(image.path()).hasContent("a stranger's");
  }

  @Test
  void whatACrashLeftHalfMadeIsMadeAnew() throws IOException {
    Files.createDirectory(parent.resolve("g1"));
    Files.writeString(image.link(), "half");

    maker.make(image, FORM);

    assertThat(image.path()).hasContent("an image");
  }

  @Test
  void whatIsThereAlreadyIsNotMadeAgain() throws IOException {
    maker.make(image, FORM);
    Files.writeString(image.path(), "written since");

    maker.make(image, FORM);

    assertThat(image.path()).hasContent("written since");
  }

  @Test
  void aFailureLeavesNothingOnceItIsRemoved() throws IOException {
    var broken =
        maker(
            (file, form) -> {
              throw new IOException("no space left");
            });

    assertThatThrownBy(() -> broken.make(image, FORM)).hasMessageContaining("no space left");
    broken.remove(image);

    assertThat(files()).isEmpty();
  }

  @Test
  void aDirectoryThatOthersUseStays() throws IOException {
    maker.make(image, FORM);
    Files.writeString(parent.resolve("g1/other"), "");

    maker.remove(image);

    assertThat(files()).containsExactly("g1", "g1/other");
  }

  @Test
  void qemuImgIsAskedForTheFormatAndWhatIsBelow() {
    assertThat(
            QemuImg.command(Path.of("/d/x"), new ImageTool.Form("qcow2", 4096, "/base/img", "raw")))
        .containsExactly(
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "/base/img",
            "-F",
            "raw",
            "--",
            "/d/x",
            "4096");
  }

  private List<String> files() throws IOException {
    try (var found = Files.walk(parent)) {
      return found
          .filter(file -> !file.equals(parent))
          .map(file -> parent.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
