package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/** Huge pages of one size that a guest's memory is made of. */
@ApiObject
public record HugePages(@Required @Min(1) Long sizeKiB, @Required @Min(0) Long pages) {

  /** What is left of a guest's memory for ordinary pages. */
  public static long ordinaryMiB(long memoryMiB, List<HugePages> hugepages) {
    long huge = hugepages.stream().mapToLong(of -> of.sizeKiB() * of.pages()).sum() / 1024;
    return Math.max(0, memoryMiB - huge);
  }
}
