package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertInvalid;

import dev.ferryman.crds.instance.Instance;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unknown words, and values out of bounds, in what operator and agents write. */
@ExtendWith(FerrymanServerExtension.class)
class StatusSchemaIT {
  private final KubernetesClient admin;

  StatusSchemaIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "phase | 'Flying' | status.phase: Unsupported value: \"Flying\"",
        "observedGeneration | -1 | observedGeneration in body should be greater than or equal to 0",
        "sourceHost | %64 | status.sourceHost: Too long: may not be more than 63 bytes",
        "instanceUID | %37 | status.instanceUID: Too long: may not be more than 36 bytes",
        "attempt | {'uid':'me/1','number':1} | attempt.uid in body should match",
        "attempt | {'uid':'%u/100','number':100} | attempt.number in body should be less than or equal to 99",
        "attempt | {'uid':null} | status.attempt.uid: Required value",
        "checks | [{'name':'CPU','outcome':'Perhaps'}] | status.checks[0].outcome: Unsupported value",
        "checks | [{'outcome':'Pass'}] | status.checks[0].name: Required value",
        "checks | [{'name':'CPU','outcome':'Pass','message':%1025}] | status.checks[0].message: Too long",
        "conditions | [{'type':'Succeeded','status':'True'}] | status.conditions[0].reason: Required value",
        "conditions | [%c,%c] | status.conditions[1]: Duplicate value",
        "result | {'downtimeMilliseconds':-1} | result.downtimeMilliseconds in body should be greater",
        "phaseTimes | [{'phase':'Later','time':'now'}] | status.phaseTimes[0].phase: Unsupported value",
        "settlement | {'attemptUID':'a','step':0,'verdict':'v','source':'None','destination':'None'} "
            + "| settlement.step in body should be greater than or equal to 1",
        "settlement | {'attemptUID':'a','step':1,'verdict':'v','source':'Pause','destination':'None'} "
            + "| status.settlement.source: Unsupported value: \"Pause\"",
      })
  void refusesOfTheOperator(String field, String value, String reason) {
    var move = Move.order(admin).checking();

    assertInvalid(
        reason, () -> move.mergeStatus("{\"status\":{\"" + field + "\":" + json(value) + "}}"));
  }

  @ParameterizedTest(name = "source.{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "state | 'Waiting' | status.source.state: Unsupported value: \"Waiting\"",
        "state | null | status.source.state: Required value",
        "attemptUID | null | status.source.attemptUID: Required value",
        "bootID | null | status.source.bootID: Required value",
        "bootID | %65 | status.source.bootID: Too long: may not be more than 64 bytes",
        "sequence | -1 | source.sequence in body should be greater than or equal to 0",
        "sequence | 9007199254740992 | source.sequence in body should be less than or equal to",
        "progress | {'percent':101} | source.progress.percent in body should be less than or equal to 100",
        "progress | {'percent':1,'memoryTotalBytes':-1} | source.progress.memoryTotalBytes in body should be",
        "domain | {'state':'Elsewhere'} | status.source.domain.state: Unsupported value",
        "domain | {'state':'Running','process':{'pid':0,'startTicks':1}} | source.domain.process.pid in body",
        "switched | 'Perhaps' | status.source.switched: Unsupported value",
        "result | {'message':'lost'} | status.source.result.code: Required value",
        "needs | {'domainName':'d','memoryMiB':1,'vcpus':0} | source.needs.vcpus in body should be greater",
      })
  void refusesOfTheSource(String field, String value, String reason) {
    var move = Move.order(admin).checked();

    assertInvalid(
        reason,
        () ->
            move.mergeStatus("{\"status\":{\"source\":{\"" + field + "\":" + json(value) + "}}}"));
  }

  @ParameterizedTest(name = "destination.{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "state | 'Starting' | status.destination.state: Unsupported value: \"Starting\"",
        "started | 'Maybe' | status.destination.started: Unsupported value: \"Maybe\"",
        "attemptUID | null | status.destination.attemptUID: Required value",
        "peerSequence | -1 | destination.peerSequence in body should be greater than or equal to 0",
      })
  void refusesOfTheDestination(String field, String value, String reason) {
    var move = Move.order(admin).checked();

    assertInvalid(
        reason,
        () ->
            move.mergeStatus(
                "{\"status\":{\"destination\":{\"" + field + "\":" + json(value) + "}}}"));
  }

  @Test
  void refusesMoreChecksThanTheListHoldsRoomFor() {
    var move = Move.order(admin).checking();
    var checks =
        String.join(",", Collections.nCopies(65, "{\"name\":\"CPU\",\"outcome\":\"Pass\"}"));

    assertInvalid(
        "status.checks: Too many: 65: must have at most 64 items",
        () -> move.mergeStatus("{\"status\":{\"checks\":[" + checks + "]}}"));
  }

  @ParameterizedTest(name = "instance {0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "state | 'Lost' | status.state: Unsupported value: \"Lost\"",
        "vcpus | -1 | vcpus in body should be greater than or equal to 0",
        "uuid | %37 | status.uuid: Too long: may not be more than 36 bytes",
        "addresses | [%65] | status.addresses[0]: Too long: may not be more than 64 bytes",
      })
  void refusesOfInstances(String field, String value, String reason) {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName(Apply.newName("i")).build());
    var created = admin.resource(instance).create();

    assertInvalid(
        reason,
        () ->
            Apply.mergeStatus(
                admin, created, "{\"status\":{\"" + field + "\":" + json(value) + "}}"));
  }

  /** {@code %64}: a text of so many characters; {@code %u}: a UID; {@code %c}: a condition. */
  private static String json(String value) {
    var condition =
        "{'type':'Succeeded','status':'Unknown','reason':'UnderWay',"
            + "'lastTransitionTime':'2026-01-01T00:00:00Z'}";
    var text = value.replace("%u", "5d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0003").replace("%c", condition);
    for (var length : new int[] {1025, 65, 64, 37}) {
      text = text.replace("%" + length, "'" + "x".repeat(length) + "'");
    }
    return text.replace('\'', '"');
  }
}
