package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.FilterNeed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilterXmlTest {
  private static final Map<String, String> FILTERS =
      Map.of(
          "top",
          filter("top", "<filterref filter='left'/><filterref filter='right'/>"),
          "left",
          filter("left", "<filterref filter='bottom'/>"),
          "right",
          filter("right", "<rule action='drop' direction='in'/><filterref filter='bottom'/>"),
          "bottom",
          filter("bottom", "<rule action='accept' direction='out'/>"));

  @Test
  void installsWhatIsReferredToBeforeWhatRefersToIt() {
    var needs = FilterXml.closure(List.of("top"), FilterXmlTest::find);

    assertThat(needs)
        .extracting(FilterNeed::name)
        .containsExactly("top", "left", "right", "bottom");
    assertThat(FilterXml.installable(needs))
        .extracting(FilterNeed::name)
        .containsExactly("bottom", "left", "right", "top");
  }

  @Test
  void aRingOfReferencesHasAnEnd() {
    var needs =
        FilterXml.closure(
            List.of("a"),
            name ->
                Optional.of(
                    filter(name, "<filterref filter='" + (name.equals("a") ? "b" : "a") + "'/>")));

    assertThat(FilterXml.installable(needs)).extracting(FilterNeed::name).contains("a", "b");
  }

  @Test
  void contentIsToldWithoutTheHostsUuidAndReadsTheSameWithAnother() {
    var need = FilterXml.closure(List.of("bottom"), FilterXmlTest::find).get(0);
    var installed = FilterXml.withUuid(need.xml(), "5c6d49af-b071-6127-b4ec-6f8ed4b55335");

    assertThat(need.xml()).doesNotContain("uuid");
    assertThat(FilterXml.facts("bottom", installed))
        .isEqualTo(new FilterFacts("5c6d49af-b071-6127-b4ec-6f8ed4b55335", need.hash()));
  }

  @Test
  void contentThatIsNotWhatItsHashSaysIsNotInstalled() {
    var need = FilterXml.closure(List.of("bottom"), FilterXmlTest::find).get(0);
    var weakened = need.xml().replace("out", "inout");

    assertThat(
            FilterXml.installable(
                List.of(
                    new FilterNeed("bottom", need.hash(), weakened),
                    new FilterNeed("other", need.hash(), need.xml()),
                    new FilterNeed("long", need.hash(), null),
                    new FilterNeed("no-xml", need.hash(), "<filter"))))
        .isEmpty();
  }

  @Test
  void longFiltersAndTooMuchOfThemAreToldByTheirHashAlone() {
    var filters = new HashMap<String, String>();
    filters.put("huge", filter("huge", rules(Bounds.FILTER_XML)));
    IntStream.range(0, 6)
        .forEach(i -> filters.put("long" + i, filter("long" + i, rules(Bounds.FILTER_XML - 200))));

    var needs =
        FilterXml.closure(
            List.of("huge", "long0", "long1", "long2", "long3", "long4", "long5"),
            name -> Optional.ofNullable(filters.get(name)));

    assertThat(needs).hasSize(7).allMatch(need -> need.hash().length() == 64);
    assertThat(needs)
        .filteredOn(need -> need.xml() != null)
        .extracting(FilterNeed::name)
        .containsExactly("long0", "long1", "long2", "long3");
  }

  private static String rules(int characters) {
    var rule = "<rule action='drop' direction='in'></rule>";
    return rule.repeat(characters / rule.length());
  }

  private static Optional<String> find(String name) {
    return Optional.ofNullable(FILTERS.get(name));
  }

  private static String filter(String name, String inside) {
    return "<filter name='%s'><uuid>f88f1932-debf-4aa1-9fbe-f10d3aa4bc95</uuid>%s</filter>"
        .formatted(name, inside);
  }
}
