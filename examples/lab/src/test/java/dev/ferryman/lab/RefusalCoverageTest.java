package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Each reason for which the README says that a move is refused is named by a test on real parts: an
 * end-to-end test ({@code E2E}), or one on a real API server ({@code IT}).
 */
class RefusalCoverageTest {
  private static final Path ROOT = Path.of("../..");
  private static final List<String> MODULES =
      List.of("crds", "operator", "node-agent", "examples/lab", "examples/simulation");
  private static final Pattern QUOTED = Pattern.compile("`(\\w+)`");

  @Test
  void eachRefusalIsMetByATestOnRealParts() throws IOException {
    var refusals = refusals();
    var tests = testsOnRealParts();

    var met = new TreeMap<Reason, List<String>>();
    for (var reason : refusals) {
      met.put(reason, testsThatName(reason, tests));
    }

    var unmet = refusals.stream().filter(reason -> met.get(reason).isEmpty()).toList();
    System.out.printf(
        "%d of the README's %d refusals are met by tests on real parts: %s%n",
        refusals.size() - unmet.size(), refusals.size(), met);
    assertThat(unmet).as("refusals met by unit tests alone").isEmpty();
  }

  /** The first column of the README's table, from its line "Refused" to the next such line. */
  private static List<Reason> refusals() throws IOException {
    var found =
        Files.readAllLines(ROOT.resolve("README.md")).stream()
            .dropWhile(line -> !line.startsWith("| **Refused**"))
            .skip(1)
            .takeWhile(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|", 3)[1])
            .flatMap(cell -> QUOTED.matcher(cell).results())
            .map(name -> Reason.valueOf(name.group(1)))
            .toList();
    assertThat(found).contains(Reason.InstanceNotFound, Reason.AlreadyRan).doesNotHaveDuplicates();
    return found;
  }

  private static Map<String, String> testsOnRealParts() throws IOException {
    var found = new TreeMap<String, String>();
    for (var module : MODULES) {
      try (var files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        files
            .filter(file -> file.toString().matches(".*(E2E|IT)[.]java"))
            .forEach(file -> found.put(className(file), read(file)));
      }
    }
    return found;
  }

  /** In code or in what it expects to read, not in a comment alone. */
  private static List<String> testsThatName(Reason reason, Map<String, String> tests) {
    var named = Pattern.compile("Reason[.]" + reason + "\\b|\"[^\"\\n]*\\b" + reason + "\\b");
    return tests.entrySet().stream()
        .filter(test -> named.matcher(test.getValue()).find())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String className(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
