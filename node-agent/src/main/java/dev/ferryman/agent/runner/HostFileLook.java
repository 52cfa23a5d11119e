package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.decide.HostFileChecks;
import dev.ferryman.agent.decide.HostFileChecks.Found;
import dev.ferryman.crds.livemigration.FileKind;
import dev.ferryman.crds.livemigration.FileNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.io.IOException;
import java.util.HashMap;

/** Looks on this host for the files that an instance needs beside its disks. */
final class HostFileLook {
  private HostFileLook() {}

  static HostFileChecks.Seen look(Needs needs, HostContext host) {
    var directories = new HashMap<String, Found>();
    for (var path : needs.logPaths()) {
      directories.computeIfAbsent(
          DestinationChecks.directoryOf(path),
          directory -> find(directory, FileKind.Directory, host));
    }
    var files = new HashMap<FileNeed, Found>();
    for (var need : needs.hostFiles()) {
      files.computeIfAbsent(need, sought -> find(sought, host));
    }
    return new HostFileChecks.Seen(host.name(), directories, files);
  }

  private static Found find(FileNeed need, HostContext host) {
    var found = find(need.path(), need.kind(), host);
    var instead = need.instead();
    return found != Found.There
            && instead != null
            && find(instead, need.kind(), host) == Found.There
        ? Found.There
        : found;
  }

  private static Found find(String path, FileKind kind, HostContext host) {
    try {
      return switch (host.disks().find(path, kind)) {
        case There -> Found.There;
        case Missing -> Found.Missing;
        case Unseen -> Found.Unseen;
      };
    } catch (IOException e) {
      return Found.Silent;
    }
  }
}
