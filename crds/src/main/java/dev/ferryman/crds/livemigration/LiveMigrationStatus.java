package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The truth about a migration. {@code source} and {@code destination} are each written by that
 * host's agent alone, everything else by the operator.
 */
@RecordBuilder
@ApiObject
@SchemaCustomizer(Schemas.Conditions.class)
@ValidationRule(
    value =
        "!(oldSelf.phase in ['Succeeded','Failed','Cancelled']) || self.phase == "
            + "oldSelf.phase",
    message = "a terminal phase never changes")
@ValidationRule(
    value =
        "self.phase == oldSelf.phase || (oldSelf.phase == 'Pending' ? self.phase in "
            + "['Checking','Succeeded','Failed','Cancelled'] : oldSelf.phase == 'Checking' ? "
            + "self.phase in ['Preparing','Migrating','Settling','Succeeded','Failed','Cancelled'] "
            + ": oldSelf.phase == 'Preparing' ? self.phase in "
            + "['Migrating','Settling','Succeeded','Failed','Cancelled'] : oldSelf.phase == "
            + "'Migrating' ? self.phase in ['Settling','Succeeded','Failed','Cancelled'] : "
            + "oldSelf.phase == 'Settling' ? self.phase in "
            + "['Pending','Succeeded','Failed','Cancelled'] : false)",
    message = "this change of phase is not possible",
    messageExpression = "'phase may not go from ' + oldSelf.phase + ' to ' + self.phase")
@ValidationRule(
    value =
        "oldSelf.phase == 'Pending' || (has(self.attempt) == has(oldSelf.attempt) && "
            + "(!has(self.attempt) || (self.attempt.uid == oldSelf.attempt.uid && "
            + "self.attempt.number == oldSelf.attempt.number)) && has(self.sourceHost) == "
            + "has(oldSelf.sourceHost) && (!has(self.sourceHost) || self.sourceHost == "
            + "oldSelf.sourceHost) && has(self.destinationHost) == has(oldSelf.destinationHost) && "
            + "(!has(self.destinationHost) || self.destinationHost == oldSelf.destinationHost))",
    message =
        "attempt, sourceHost and destinationHost are chosen on the way from Pending to Checking and fixed from there on")
@ValidationRule(
    value =
        "!has(oldSelf.attempt) || (has(self.attempt) && (self.attempt.number == "
            + "oldSelf.attempt.number ? self.attempt.uid == oldSelf.attempt.uid : "
            + "(self.attempt.number == oldSelf.attempt.number + 1 && self.phase == 'Checking' && "
            + "oldSelf.phase == 'Pending')))",
    message =
        "an attempt is never taken back, and the next one is one higher, begun on the way from Pending to Checking")
@ValidationRule(
    value = "has(oldSelf.attempt) || !has(self.attempt) || self.attempt.number == 1",
    message = "the first attempt is number 1")
@ValidationRule(
    value =
        "!has(oldSelf.instanceUID) || (has(self.instanceUID) && self.instanceUID == "
            + "oldSelf.instanceUID)",
    message = "instanceUID is fixed at the first sight")
@ValidationRule(
    value =
        "!has(oldSelf.switchover) || oldSelf.phase == 'Pending' || (has(self.switchover) && "
            + "self.switchover == oldSelf.switchover)",
    message = "switchover is fixed when the attempt begins to move")
@ValidationRule(
    value =
        "!(self.phase in ['Checking','Preparing','Migrating','Settling']) || "
            + "(has(self.attempt) && has(self.sourceHost) && has(self.destinationHost) && "
            + "has(self.instanceUID))",
    message = "from Checking on attempt, instanceUID, sourceHost and destinationHost are set")
@ValidationRule(
    value = "!has(self.attempt) || int(self.attempt.uid.substring(37)) == self.attempt.number",
    message = "attempt.uid is <metadata.uid>/<number>")
@ValidationRule(
    value =
        "!(self.phase in ['Pending','Succeeded','Failed','Cancelled']) || !has(self.source) "
            + "|| !(self.source.state in ['Starting','Running']) || (has(self.settlement) && "
            + "has(self.settlement.sourceFencedBootID) && self.settlement.sourceFencedBootID == "
            + "self.source.bootID)",
    message = "the source's libvirt call has not ended (and its host's boot is not fenced)")
@ValidationRule(
    value = "!has(oldSelf.source) || has(self.source)",
    message = "status.source is never removed")
@ValidationRule(
    value = "!has(oldSelf.destination) || has(self.destination)",
    message = "status.destination is never removed")
@ValidationRule(
    value =
        "!has(self.source) || (has(self.attempt) && self.source.attemptUID == "
            + "self.attempt.uid) || (has(oldSelf.source) && self.source.attemptUID == "
            + "oldSelf.source.attemptUID && self.source.sequence == oldSelf.source.sequence)",
    message = "source reports on another attempt")
@ValidationRule(
    value =
        "!has(self.destination) || (has(self.attempt) && self.destination.attemptUID == "
            + "self.attempt.uid) || (has(oldSelf.destination) && self.destination.attemptUID == "
            + "oldSelf.destination.attemptUID && self.destination.sequence == "
            + "oldSelf.destination.sequence)",
    message = "destination reports on another attempt")
@ValidationRule(
    value =
        "!has(self.source) || !has(oldSelf.source) || self.source.attemptUID != "
            + "oldSelf.source.attemptUID || self.source.sequence >= oldSelf.source.sequence",
    message = "source.sequence may not fall")
@ValidationRule(
    value =
        "!has(self.destination) || !has(oldSelf.destination) || self.destination.attemptUID "
            + "!= oldSelf.destination.attemptUID || self.destination.sequence >= "
            + "oldSelf.destination.sequence",
    message = "destination.sequence may not fall")
@ValidationRule(
    value =
        "!has(self.source) || (has(oldSelf.source) && oldSelf.source.attemptUID == "
            + "self.source.attemptUID ? (self.source.state == oldSelf.source.state || "
            + "(self.source.state == 'Starting' ? oldSelf.source.state == 'Checked' : "
            + "self.source.state == 'Checked' ? oldSelf.source.state == 'Checking' : "
            + "self.source.state != 'Checking' && oldSelf.source.state != 'CleanedUp')) : "
            + "self.source.state != 'Starting')",
    message = "an attempt starts once, after Checked, and CleanedUp is its last word")
@ValidationRule(
    value =
        "self.phase != 'Migrating' || oldSelf.phase == 'Migrating' || !has(self.source) || "
            + "self.source.state != 'Checked' || !has(self.destination) || "
            + "self.destination.state == 'Prepared' || ((!has(self.destination.copies) || "
            + "self.destination.copies.size() == 0) && (!has(self.destination.filters) || "
            + "self.destination.filters.size() == 0))",
    message = "the destination has not made what the instance needs there")
public record LiveMigrationStatus(
    @Min(0) @Nullable Long observedGeneration,
    @Required @Nullable Phase phase,
    @Size(max = Bounds.UUID) @JsonPropertyDescription("libvirt UUID of the instance, fixed at the first sight")
        @Nullable String instanceUID,
    @Size(max = Bounds.HOST_NAME) @Nullable String sourceHost,
    @Size(max = Bounds.HOST_NAME) @Nullable String destinationHost,
    @Nullable Attempt attempt,
    @JsonPropertyDescription(
            "How the guest is handed over in this attempt; set when it begins to move")
        @Nullable SwitchoverMode switchover,
    @Size(max = Bounds.CHECKS) @JsonPropertyDescription("Every check that was evaluated, by whom and with which numbers")
        List<Check> checks,
    @Nullable SourceReport source,
    @Nullable DestinationReport destination,
    @Nullable Settlement settlement,
    @Size(max = Bounds.ATTEMPTS) @JsonPropertyDescription(
            "Attempts before this one, each on another host: the guest was left untouched by them")
        List<FailedAttempt> failedAttempts,
    @Nullable Result result,
    @Size(max = 16) @JsonPropertyDescription("When each phase of this attempt began")
        List<PhaseTime> phaseTimes,
    @Size(max = Bounds.CONDITIONS) List<Condition> conditions) {

  /** Absent lists are empty. */
  public LiveMigrationStatus {
    checks = Lists.orEmpty(checks);
    failedAttempts = Lists.orEmpty(failedAttempts);
    phaseTimes = Lists.orEmpty(phaseTimes);
    conditions = Lists.orEmpty(conditions);
  }
}
