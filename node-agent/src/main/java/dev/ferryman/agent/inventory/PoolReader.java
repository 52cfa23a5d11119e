package dev.ferryman.agent.inventory;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.hostresource.HugePagePool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The host's huge pages, of all its NUMA nodes together (Linux: admin-guide/mm/hugetlbpage). */
public final class PoolReader {
  private static final Pattern SIZE = Pattern.compile("hugepages-(\\d{1,12})kB");

  private final Path directory;

  /**
   * @param sys usually /sys
   */
  public PoolReader(Path sys) {
    this.directory = sys.resolve("kernel/mm/hugepages");
  }

  /** One for each size that the processor has, the smallest first; none on a kernel without. */
  List<HugePagePool> read() {
    try (var sizes = Files.list(directory)) {
      return sizes
          .flatMap(size -> read(size).stream())
          .sorted(Comparator.comparing(HugePagePool::sizeKiB))
          .limit(Bounds.PAGE_SIZES)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<HugePagePool> read(Path size) {
    var name = SIZE.matcher(String.valueOf(size.getFileName()));
    if (!name.matches()) {
      return Optional.empty();
    }
    try {
      // A page that is reserved is free until it is touched, but no longer to be had.
      long free = count(size, "free_hugepages") - count(size, "resv_hugepages");
      return Optional.of(
          new HugePagePool(
              Long.parseLong(name.group(1)), count(size, "nr_hugepages"), Math.max(0, free)));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long count(Path size, String file) throws IOException {
    return Long.parseLong(Files.readString(size.resolve(file), StandardCharsets.US_ASCII).strip());
  }
}
