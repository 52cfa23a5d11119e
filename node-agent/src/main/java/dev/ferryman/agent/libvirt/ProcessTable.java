package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The processes of this host (proc(5)). */
public final class ProcessTable {
  private final Path root;

  /**
   * @param root /proc of the host's own process namespace
   */
  public ProcessTable(Path root) {
    this.root = root;
  }

  /**
   * What /proc/PID/stat says.
   *
   * @param startTicks start in clock ticks since boot: with the pid, the identity of a process
   */
  record Stat(String command, char state, long threads, long startTicks) {
    /** Field numbers of proc(5), counted behind the command, which may hold blanks and brackets. */
    static Optional<Stat> parse(String line) {
      var open = line.indexOf('(');
      var close = line.lastIndexOf(')');
      if (open < 0 || close < open) {
        return Optional.empty();
      }
      var fields = line.substring(close + 1).strip().split(" ", -1);
      if (fields.length < 20) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Stat(
                line.substring(open + 1, close),
                fields[0].charAt(0),
                Long.parseLong(fields[17]),
                Long.parseLong(fields[19])));
      } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
        return Optional.empty();
      }
    }

    /** Only its exit status is left: none of its threads runs. */
    boolean isDead() {
      return state == 'X' || (state == 'Z' && threads <= 1);
    }
  }

  /** All processes, the oldest pid first. */
  List<Long> pids() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9'))
          .map(Long::valueOf)
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw HypervisorException.noAnswer(root + " cannot be read: " + e.getMessage());
    }
  }

  /** Empty if there is no such process. */
  Optional<Stat> stat(long pid) {
    return read(pid, "stat").flatMap(Stat::parse).filter(stat -> !stat.isDead());
  }

  /** Start of the process in clock ticks since boot; empty if it does not run. */
  public OptionalLong startTicks(long pid) {
    return stat(pid).map(stat -> OptionalLong.of(stat.startTicks())).orElse(OptionalLong.empty());
  }

  /** Whether the process still runs. A pid alone is no identity: it is used again. */
  public boolean isRunning(ProcessIdentity process) {
    var start = startTicks(process.pid());
    return start.isPresent() && start.getAsLong() == process.startTicks();
  }

  /**
   * The process of that pid, if one of its arguments contains the text.
   *
   * <p>One that is about to exit has no arguments any more; it counts until its last thread ended.
   */
  Optional<ProcessIdentity> find(long pid, String argument) {
    var before = stat(pid);
    var arguments = read(pid, "cmdline");
    var after = stat(pid);
    return before
        .filter(stat -> after.isPresent() && after.get().startTicks() == stat.startTicks())
        .filter(stat -> arguments.isPresent())
        .filter(stat -> arguments.get().isEmpty() || arguments.get().contains(argument))
        .map(stat -> new ProcessIdentity(pid, stat.startTicks()));
  }

  private Optional<String> read(long pid, String file) {
    try {
      return Optional.of(
          Files.readString(
              root.resolve(Long.toString(pid)).resolve(file), StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      // ESRCH: it ended between opening and reading.
      if (Files.exists(root.resolve(Long.toString(pid)))) {
        throw HypervisorException.noAnswer(
            "process " + pid + ": " + file + " cannot be read: " + e.getMessage());
      }
      return Optional.empty();
    }
  }
}
