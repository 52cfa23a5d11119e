package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.crds.livemigration.HugePages;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Guests of 8 GiB; with NUMA, of nodes with 1, 2 and 5 GiB. */
class HugePagesXmlTest {
  private static final String NODES =
      "<cpu><numa><cell id='0' memory='1048576'/><cell id='1' memory='2' unit='GiB'/>"
          + "<cell id='2' memory='5' unit='GiB'/></numa></cpu>";

  private static List<HugePages> read(String pages, String cpu) {
    return DomainXml.read(
            "<domain><memory unit='GiB'>8</memory><memoryBacking>"
                + pages
                + "</memoryBacking>"
                + cpu
                + "</domain>")
        .onHostWith(2048)
        .hugePages();
  }

  @Test
  void aGuestWithoutTheElementHasOrdinaryMemory() {
    assertThat(read("<locked/>", NODES)).isEmpty();
    assertThat(DomainXml.read("<domain><memory>1048576</memory></domain>").hugePages()).isEmpty();
  }

  @Test
  void withoutAPageTheHostsOwnSizeIsMeant() {
    assertThat(read("<hugepages/>", "")).containsExactly(new HugePages(2048L, 4096L));
    assertThat(read("<hugepages/>", NODES)).containsExactly(new HugePages(2048L, 4096L));
  }

  @ParameterizedTest(name = "{0} {1}: {2} pages of {3} KiB")
  @CsvSource({
    "2048, KiB, 4096, 2048",
    "2, M, 4096, 2048",
    "1, GiB, 8, 1048576",
    "3, GiB, 3, 3145728",
  })
  void aSizeInAnyUnitIsAsManyPagesAsHoldTheMemory(
      String size, String unit, long pages, long sizeKiB) {
    assertThat(read("<hugepages><page size='" + size + "' unit='" + unit + "'/></hugepages>", ""))
        .containsExactly(new HugePages(sizeKiB, pages));
  }

  @Test
  void aPageOfTheOrdinarySizeIsOrdinaryMemory() {
    assertThat(read("<hugepages><page size='4' unit='KiB'/></hugepages>", "")).isEmpty();
  }

  @ParameterizedTest(name = "1 GiB pages for nodes {0}: {1}, {2} others of 2 MiB")
  @CsvSource({
    "'0', 1, 3584",
    "'1-2', 7, 512",
    "'0-2,^1', 6, 1024",
    "'0,2', 6, 1024",
    "'5', 0, 4096",
  })
  void eachNodeHasThePageThatNamesItOrTheOneThatNamesNone(String nodes, long big, long small) {
    var pages =
        read(
            "<hugepages><page size='2048'/><page size='1' unit='G' nodeset='"
                + nodes
                + "'/></hugepages>",
            NODES);

    assertThat(pages)
        .isEqualTo(
            big == 0
                ? List.of(new HugePages(2048L, small))
                : List.of(new HugePages(2048L, small), new HugePages(1048576L, big)));
  }

  @Test
  void aNodeThatNoPageIsForHasOrdinaryMemory() {
    assertThat(read("<hugepages><page size='2048' nodeset='1'/></hugepages>", NODES))
        .containsExactly(new HugePages(2048L, 1024L));
  }

  @ParameterizedTest
  @CsvSource({
    "<page size='many'/>",
    "<page size='1' unit='pages'/>",
    "<page size='9223372036854775807' unit='TiB'/>",
    "<page size='2048' nodeset='0-x'/>",
  })
  void whatIsNoSizeOrSetMakesTheGuestUnreadable(String page) {
    assertThatThrownBy(() -> read("<hugepages>" + page + "</hugepages>", NODES))
        .isInstanceOf(HypervisorException.class);
  }
}
