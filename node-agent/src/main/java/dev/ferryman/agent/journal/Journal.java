package dev.ferryman.agent.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's memory of attempts: one file each, on the disk before {@link #put} returns. Locked as
 * long as it is open, so that two agents on one host cannot be.
 */
public final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /**
   * How long an attempt is remembered after its end: an API server restored from a backup of that
   * age still cannot make this host run the attempt again.
   */
  public static final Duration RETENTION = Duration.ofDays(90);

  private static final String SUFFIX = ".json";

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
  private final ConcurrentMap<String, JournalEntry> entries = new ConcurrentHashMap<>();
  private final Path directory;
  private final FileChannel lockFile;

  /** Held for reading by who writes an entry, for writing by who closes. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private Journal(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
  }

  /**
   * Opens the journal of a directory, which is made if missing, and forgets what is too old.
   *
   * @throws IOException if another agent has it open, or an entry cannot be read: an agent that
   *     does not know what it has done must not work
   */
  public static Journal open(Path directory, Instant now) throws IOException {
    Files.createDirectories(directory);
    var lockFile =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "journal " + directory + " is in use: another agent runs on this host; stop it first");
    }
    var journal = new Journal(directory, lockFile);
    journal.load(now);
    return journal;
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  private void load(Instant now) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (var file : files.filter(file -> file.toString().endsWith(SUFFIX)).toList()) {
        var entry = read(file);
        if (isTooOld(entry, now)) {
          Files.delete(file);
        } else {
          entries.put(key(entry.attemptUID(), entry.part()), entry);
        }
      }
    }
  }

  private JournalEntry read(Path file) throws IOException {
    try {
      return MAPPER.readValue(file.toFile(), JournalEntry.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "journal entry "
              + file
              + " is not readable: find out by its name which migration it is of, settle that by"
              + " hand, then remove the file",
          e);
    }
  }

  /**
   * Remembers the entry in place of the attempt's earlier one; returns when the disk has it.
   *
   * @throws IllegalStateException if closed: the host's journal may be another agent's by now
   */
  public JournalEntry put(JournalEntry entry) {
    open.readLock().lock();
    try {
      if (!lockFile.isOpen()) {
        throw new IllegalStateException("journal " + directory + " is closed");
      }
      return write(entry);
    } finally {
      open.readLock().unlock();
    }
  }

  private JournalEntry write(JournalEntry entry) {
    var file = directory.resolve(key(entry.attemptUID(), entry.part()) + SUFFIX);
    var temporary = directory.resolve(file.getFileName() + ".new");
    try {
      try (var channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        var bytes =
            ByteBuffer.wrap(MAPPER.writeValueAsString(entry).getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory();
    } catch (IOException e) {
      throw new UncheckedIOException("journal " + file + " cannot be written", e);
    }
    entries.put(key(entry.attemptUID(), entry.part()), entry);
    if (!entry.stage().isOpen()) {
      forgetWhatIsTooOld(entry.opened());
    }
    return entry;
  }

  private static boolean isTooOld(JournalEntry entry, Instant now) {
    return !entry.stage().isOpen() && entry.opened().isBefore(now.minus(RETENTION));
  }

  private void forgetWhatIsTooOld(Instant now) {
    for (var known : entries.entrySet()) {
      if (isTooOld(known.getValue(), now)) {
        try {
          Files.deleteIfExists(directory.resolve(known.getKey() + SUFFIX));
          entries.remove(known.getKey());
        } catch (IOException e) {
          LOG.warn("journal entry {} is too old, but is not removed", known.getKey(), e);
        }
      }
    }
  }

  /** A rename is on the disk only when its directory is (fsync(2)). */
  private void syncDirectory() throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** What this host knows of its part in an attempt. */
  public Optional<JournalEntry> find(String attemptUID, Part part) {
    return Optional.ofNullable(entries.get(key(attemptUID, part)));
  }

  /** Every attempt for which something is owed. */
  public List<JournalEntry> open() {
    return entries.values().stream().filter(entry -> entry.stage().isOpen()).toList();
  }

  /** Every attempt that is remembered. */
  public List<JournalEntry> all() {
    return List.copyOf(entries.values());
  }

  /** Waits for an entry that is being written; none is afterwards. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      lockFile.close();
    } catch (IOException e) {
      LOG.warn("journal lock in {} was not released", directory, e);
    } finally {
      open.writeLock().unlock();
    }
  }

  private static String key(String attemptUID, Part part) {
    return attemptUID.replace('/', '-') + "-" + part.name().toLowerCase(Locale.ROOT);
  }
}
