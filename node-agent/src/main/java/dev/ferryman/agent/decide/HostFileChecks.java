package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.FileKind;
import dev.ferryman.crds.livemigration.FileNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Judges whether an instance finds the files on this host, beside its disks, that it needs. */
public final class HostFileChecks {
  private HostFileChecks() {}

  /** What a file, or a directory, is on this host. */
  public enum Found {
    There,
    Missing,
    /** The agent sees other files than its host's libvirt. */
    Unseen,
    /** The file system does not answer. */
    Silent
  }

  /**
   * What this host has to offer.
   *
   * @param directories of what the instance's devices make, by path
   */
  public record Seen(String host, Map<String, Found> directories, Map<FileNeed, Found> files) {}

  /** A check of what its devices make, and one of what is there before. */
  public static List<Check> judge(Needs needs, Seen seen) {
    return List.of(made(needs.logPaths(), seen), opened(needs.hostFiles(), seen));
  }

  private static Check made(List<String> paths, Seen seen) {
    var missing = new ArrayList<String>();
    var unseen = new ArrayList<String>();
    for (var path : paths) {
      var directory = DestinationChecks.directoryOf(path);
      switch (seen.directories().getOrDefault(directory, Found.Silent)) {
        case There -> {}
        case Missing -> missing.add(path + ": there is no directory " + directory + " here");
        case Silent -> missing.add(path + ": its directory does not answer here");
        case Unseen -> unseen.add(path);
      }
    }
    if (missing.isEmpty() && unseen.isEmpty()) {
      return Check.pass(
          CheckName.LogPaths,
          seen.host(),
          paths.isEmpty() ? "none is needed" : "can be made here: " + String.join(", ", paths));
    }
    return lack(
        CheckName.LogPaths, Reason.LogPathMissing, seen, missing, "the directory of ", unseen);
  }

  private static Check opened(List<FileNeed> needs, Seen seen) {
    var missing = new ArrayList<String>();
    var unseen = new ArrayList<String>();
    for (var need : needs) {
      switch (seen.files().getOrDefault(need, Found.Silent)) {
        case There -> {}
        case Missing -> missing.add(need.device() + ": " + absent(need));
        case Silent -> missing.add(need.device() + ": " + need.path() + " does not answer here");
        case Unseen -> unseen.add(need.path());
      }
    }
    if (missing.isEmpty() && unseen.isEmpty()) {
      return Check.pass(
          CheckName.HostFiles,
          seen.host(),
          needs.isEmpty()
              ? "none is needed"
              : "here as well: " + String.join(", ", needs.stream().map(FileNeed::path).toList()));
    }
    return lack(CheckName.HostFiles, Reason.HostFileMissing, seen, missing, "", unseen);
  }

  private static String absent(FileNeed need) {
    return need.instead() == null
        ? "there is no " + word(need.kind()) + " " + need.path() + " here"
        : "there is neither " + need.path() + " nor " + need.instead() + " here";
  }

  private static String word(FileKind kind) {
    return switch (kind) {
      case File -> "file";
      case Directory -> "directory";
      case CharacterDevice -> "character device";
      case Socket -> "socket";
    };
  }

  private static Check lack(
      CheckName name,
      Reason reason,
      Seen seen,
      List<String> missing,
      String what,
      List<String> unseen) {
    return missing.isEmpty()
        ? Check.warn(
            name,
            reason,
            seen.host(),
            "the agent does not see whether the host has " + what + String.join(", ", unseen))
        : Check.fail(name, reason, seen.host(), String.join("; ", missing));
  }
}
