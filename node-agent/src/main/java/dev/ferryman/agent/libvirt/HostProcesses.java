package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.w3c.dom.Element;

/**
 * The libvirt daemon and its QEMU processes, by what libvirt leaves in its run directory. Asks
 * nobody, so it answers also while libvirt does not.
 */
final class HostProcesses {
  private static final Set<String> DAEMONS = Set.of("libvirtd", "virtqemud");
  private static final Pattern OWN_PAGE = Pattern.compile("Hugepagesize: +(\\d{1,12}) kB");
  private static final String MIGRATION_IN = "migration in";

  private final LibvirtSettings settings;
  private final ProcessTable processes;

  HostProcesses(LibvirtSettings settings) {
    this.settings = settings;
    this.processes = new ProcessTable(settings.proc());
  }

  /** Start of the daemon in clock ticks since boot; empty if none runs. */
  OptionalLong daemonStartTicks() {
    for (var file : settings.daemonPidFiles()) {
      var daemon =
          pid(file).flatMap(processes::stat).filter(stat -> DAEMONS.contains(stat.command()));
      if (daemon.isPresent()) {
        return OptionalLong.of(daemon.get().startTicks());
      }
    }
    // A container may see the host's processes, but not the directory of the pid files.
    return processes.pids().stream()
        .flatMap(pid -> processes.stat(pid).stream())
        .filter(stat -> DAEMONS.contains(stat.command()))
        .mapToLong(ProcessTable.Stat::startTicks)
        .findFirst();
  }

  /** Size of the huge pages that the kernel gives where none is asked for (proc(5), meminfo). */
  long hugePageKiB() {
    try (var lines = Files.lines(settings.proc().resolve("meminfo"), StandardCharsets.US_ASCII)) {
      return lines
          .map(OWN_PAGE::matcher)
          .filter(Matcher::matches)
          .map(line -> Long.parseLong(line.group(1)))
          .findFirst()
          .orElse(PagedMemory.HOSTS_OWN);
    } catch (IOException | UncheckedIOException e) {
      throw HypervisorException.noAnswer("meminfo cannot be read: " + e.getMessage());
    }
  }

  /**
   * The QEMU process of an active domain; empty when it has gone. That it has gone is evidence on
   * which a copy may be started elsewhere, so it is never concluded from a file that is missing.
   *
   * @throws HypervisorException if the processes of the host cannot be seen
   */
  Optional<ProcessIdentity> qemu(String name, String uuid) {
    var file = runFile(name, ".pid");
    var pid =
        pid(file)
            .orElseThrow(
                () ->
                    HypervisorException.noAnswer(
                        "the domain "
                            + name
                            + " is active, but "
                            + file
                            + " does not name its process: libvirt's run directory must be"
                            + " readable here"));
    var process = processes.find(pid, uuid);
    if (process.isEmpty() && daemonStartTicks().isEmpty()) {
      throw HypervisorException.noAnswer(
          "process "
              + pid
              + " of the domain "
              + name
              + " is not seen, nor is the libvirt daemon by "
              + settings.daemonPidFiles()
              + ": the agent must run in the host's process namespace");
    }
    return process;
  }

  /**
   * Whether the domain is being received, by libvirt's status file. Empty if that says nothing.
   * Read from the file since libvirt's own calls on such a domain may wait for the migration.
   */
  Optional<Boolean> isReceiving(String name) {
    try {
      var status =
          SafeXml.parse(
              "status of " + name, Files.readString(runFile(name, ".xml"), StandardCharsets.UTF_8));
      return SafeXml.child(status, "job").map(HostProcesses::isIncoming);
    } catch (IOException | HypervisorException e) {
      return Optional.empty();
    }
  }

  private static boolean isIncoming(Element job) {
    return job.getAttribute("async").equals(MIGRATION_IN)
        || job.getAttribute("asyncJob").equals(MIGRATION_IN);
  }

  private Path runFile(String name, String suffix) {
    if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\0")) {
      throw HypervisorException.noAnswer("'" + name + "' is no name of a file of libvirt");
    }
    try {
      return settings.runDirectory().resolve(name + suffix);
    } catch (InvalidPathException e) {
      throw HypervisorException.noAnswer(
          "'" + name + "' is no file name in this process's locale; set LC_ALL=C.UTF-8");
    }
  }

  private static Optional<Long> pid(Path file) {
    try {
      var pid = Long.parseLong(Files.readString(file, StandardCharsets.US_ASCII).strip());
      return pid > 0 ? Optional.of(pid) : Optional.empty();
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw HypervisorException.noAnswer(file + " cannot be read: " + e.getMessage());
    }
  }
}
