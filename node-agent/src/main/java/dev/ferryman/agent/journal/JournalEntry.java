package dev.ferryman.agent.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One host's part in one attempt.
 *
 * @param markers files put into shared directories; noted before they are made
 * @param prepared the destination: images for disks that are copied, not removed and not the
 *     guest's yet; noted before they are made
 * @param filters the destination: network filters that the attempt relies on having installed;
 *     noted before they are
 * @param baseline the source: before the call; the destination: while checking
 * @param givenUp the source: why it ends the job by itself; null: it does not
 * @param pause the source: the guest is paused so that its copying ends; null: it is not
 * @param postCopy the source: the migration is to go over to post-copy, or has; null: it is not
 * @param suspended whether libvirt reported that the source's copy was stopped meanwhile
 * @param sinceSwitchover the source: what its copy has done since it was last stopped; null: it was
 *     not stopped
 * @param resumed whether libvirt reported that the destination's copy was started
 * @param resumeAsked whether libvirt was, or was about to be, asked to let the destination's copy
 *     go on
 * @param giver the destination, in a Strict switch-over of a running guest: who must be gone before
 *     its copy goes on
 * @param autostart whether the guest was to start with its host. The source: that it has been taken
 *     off for the time of the move
 * @param persistent the destination: whether the guest had a definition before the move
 * @param paused the destination: whether it stood still then
 * @param definitionSeen the destination: whether a definition of the instance was there already, or
 *     has been seen since
 * @param discarded the destination: whether this host has removed the copy, which was proved never
 *     to have run
 * @param eventsMissed whether libvirt's events may have been missed since the entry was opened
 * @param settledStep last settlement order that was carried out
 */
@RecordBuilder
@JsonIgnoreProperties(ignoreUnknown = true)
public record JournalEntry(
    String liveMigrationUID,
    String liveMigrationName,
    String attemptUID,
    Part part,
    String instanceUUID,
    Stage stage,
    Instant opened,
    List<String> markers,
    List<PreparedDisk> prepared,
    List<PreparedFilter> filters,
    @Nullable Baseline baseline,
    boolean abortRequested,
    @Nullable GivenUp givenUp,
    @Nullable Pause pause,
    @Nullable PostCopy postCopy,
    boolean suspended,
    @Nullable SinceSwitchover sinceSwitchover,
    boolean resumed,
    boolean resumeAsked,
    @Nullable Giver giver,
    boolean autostart,
    boolean persistent,
    boolean paused,
    boolean definitionSeen,
    boolean discarded,
    boolean eventsMissed,
    int settledStep,
    @Nullable CallResult result)
    implements JournalEntryBuilder.With {

  public JournalEntry {
    markers = Lists.orEmpty(markers);
    prepared = Lists.orEmpty(prepared);
    filters = Lists.orEmpty(filters);
  }

  /** The same after a time in which events of libvirt may have been missed. */
  public JournalEntry withGap() {
    var ranAfterTheCall = stage == Stage.Ended && sinceSwitchover == SinceSwitchover.WentOn;
    var known = sinceSwitchover == null || ranAfterTheCall;
    return withEventsMissed(true)
        .withSinceSwitchover(known ? sinceSwitchover : SinceSwitchover.Unknown);
  }

  /** Whether libvirt is known to have gone over to post-copy. */
  public boolean isInPostCopy() {
    return postCopy != null && postCopy.started();
  }

  /** The same, now that libvirt has shown that it has gone over to post-copy. */
  public JournalEntry withPostCopyStarted() {
    return withPostCopy(new PostCopy(postCopy == null ? null : postCopy.because(), true));
  }

  /** Whether libvirt's call is known to have succeeded. */
  public boolean hasSucceeded() {
    return result != null && result.code() == CallResult.SUCCESS;
  }

  /** The entry of an attempt that has just been heard of. */
  public static JournalEntry open(
      String liveMigrationUID,
      String liveMigrationName,
      String attemptUID,
      Part part,
      String instanceUUID,
      Instant now) {
    return JournalEntryBuilder.builder()
        .liveMigrationUID(liveMigrationUID)
        .liveMigrationName(liveMigrationName)
        .attemptUID(attemptUID)
        .part(part)
        .instanceUUID(instanceUUID)
        .stage(Stage.Checking)
        .opened(now)
        .build();
  }
}
