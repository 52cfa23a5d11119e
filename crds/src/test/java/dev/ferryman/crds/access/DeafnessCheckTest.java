package dev.ferryman.crds.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeafnessCheckTest {
  private List<ConfigMap> heard = List.of();
  private final Server server = new Server();
  private final DeafnessCheck<ConfigMap> check = new DeafnessCheck<>(server, () -> heard.stream());

  @Test
  void aWatchMayBeAsLateAsTheLookBefore() {
    server.has(object("one", 7));
    assertThat(look()).as("has not heard of it yet").isFalse();

    heard = List.of(object("one", 7));
    server.has(object("one", 9), object("two", 8));
    assertThat(look()).as("has not heard the latest yet").isFalse();

    heard = List.of(object("one", 12), object("two", 8), object("three", 11));
    assertThat(look()).as("knows more than the lists").isFalse();
  }

  @Test
  void aWatchThatMissesAnObjectIsDeaf() {
    server.has(object("one", 7), object("two", 8));
    heard = List.of(object("one", 7));
    assertThat(look()).isFalse();
    assertThat(look()).isTrue();
  }

  @Test
  void aWatchThatMissesAChangeIsDeaf() {
    heard = List.of(object("one", 7));
    server.has(object("one", 9));
    assertThat(look()).isFalse();
    server.has(object("one", 10));
    assertThat(look()).isTrue();
  }

  @Test
  void whatHasGoneNeedNotBeKnown() {
    server.has(object("one", 7), object("two", 8));
    assertThat(look()).isFalse();

    server.has();
    assertThat(look()).isFalse();
  }

  @Test
  void whatGoesDuringTheLookNeedNotBeKnownAfterIt() {
    heard = List.of(object("one", 7));
    server.has(object("one", 7));
    assertThat(look()).isFalse();

    server.whileListing = () -> heard = List.of();
    assertThat(look()).isFalse();
  }

  @Test
  void aListThatFailsSaysNothing() {
    server.has(object("one", 7));
    assertThat(look()).isFalse();

    server.fails = true;
    assertThatThrownBy(check::look).isInstanceOf(KubernetesClientException.class);

    server.fails = false;
    heard = List.of(object("one", 7));
    assertThat(look()).isFalse();
  }

  @Test
  void theServersCacheIsAsked() {
    server.has(object("one", 7));

    assertThat(check.look().found()).isEqualTo(List.of(object("one", 7)));
    assertThat(server.asked.getResourceVersion()).isEqualTo("0");
  }

  private boolean look() {
    return check.look().deaf();
  }

  private static ConfigMap object(String uid, int version) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withUid(uid)
        .withResourceVersion("" + version)
        .endMetadata()
        .build();
  }

  private static final class Server implements Listable<ConfigMapList> {
    private List<ConfigMap> items = List.of();
    private Runnable whileListing = () -> {};
    private boolean fails;
    private ListOptions asked;

    void has(ConfigMap... now) {
      items = List.of(now);
    }

    @Override
    public ConfigMapList list() {
      throw new UnsupportedOperationException("is to be answered from the cache");
    }

    @Override
    @SuppressWarnings("deprecation")
    public ConfigMapList list(Integer limit, String continued) {
      throw new UnsupportedOperationException("is to be answered from the cache");
    }

    @Override
    public ConfigMapList list(ListOptions options) {
      if (fails) {
        throw new KubernetesClientException("not there");
      }
      asked = options;
      whileListing.run();
      var list = new ConfigMapList();
      list.setItems(items);
      return list;
    }
  }
}
