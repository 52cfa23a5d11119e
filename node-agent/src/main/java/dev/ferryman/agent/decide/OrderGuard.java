package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SourceOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last look before an order is carried out: the operator decided on what was; this host must
 * not act on what is no longer so.
 */
public final class OrderGuard {
  private OrderGuard() {}

  /** Whether an order is to be carried out now. */
  public enum Permission {
    Act,
    /** It has been carried out before, or needs nothing. */
    AlreadySo,
    /** The copy is not what the order was for: report what is seen, touch nothing. */
    Refuse
  }

  /**
   * What the source knows beside the domain's state.
   *
   * @param journaled the copy before the migration
   * @param jobActive whether libvirt still works on the migration
   * @param justResumed whether the copy runs only since libvirt let it go on, less than a minute
   *     ago
   */
  public record Source(@Nullable DomainReport journaled, boolean jobActive, boolean justResumed) {
    private boolean isSameProcess(DomainReport now) {
      return journaled != null
          && now.process() != null
          && now.process().equals(journaled.process());
    }

    /** Each move marks the definitions that it makes, and so a later one has made any other. */
    private boolean isSameDefinition(DomainReport now) {
      return journaled != null && Objects.equals(now.attemptMark(), journaled.attemptMark());
    }
  }

  /**
   * A copy that has served for longer than a minute beside the other is nobody's to destroy; nor is
   * a definition that came with a later move: it may be all that there is of the instance. What is
   * here of a guest in post-copy is neither ended nor let go on, but by the one order that is given
   * when its other half is known to be lost.
   */
  public static Permission permit(SourceOrder order, DomainReport now, Source source) {
    var active = now.state().isActive();
    var sameProcess = source.isSameProcess(now);
    var leftover = !active && source.isSameDefinition(now);
    var postCopy = PostCopyState.of(now);
    return switch (order) {
      case None -> Permission.AlreadySo;
      case Undefine -> {
        if (now.state() == DomainState.Absent) {
          yield Permission.AlreadySo;
        }
        yield leftover ? Permission.Act : Permission.Refuse;
      }
      case Destroy -> {
        if (now.state() == DomainState.Absent) {
          yield Permission.AlreadySo;
        }
        var stands = now.state() == DomainState.Paused && !postCopy.isHalf();
        var yields = now.state().runs() && source.justResumed();
        yield leftover || ((stands || yields) && sameProcess) ? Permission.Act : Permission.Refuse;
      }
      case Resume -> {
        if (now.state().runs()) {
          yield Permission.AlreadySo;
        }
        yield now.state() == DomainState.Paused
                && !postCopy.isHalf()
                && sameProcess
                && !source.jobActive()
            ? Permission.Act
            : Permission.Refuse;
      }
      case ResumePostCopy -> {
        if (!active) {
          yield Permission.AlreadySo;
        }
        yield postCopy == PostCopyState.Broken && sameProcess ? Permission.Act : Permission.Refuse;
      }
      case DestroyRemains -> {
        if (!active) {
          yield Permission.AlreadySo;
        }
        yield postCopy.isHalf() && now.state() == DomainState.Paused && sameProcess
            ? Permission.Act
            : Permission.Refuse;
      }
    };
  }

  /**
   * A running copy is never destroyed, nor one that another attempt or a person made; one that is
   * still being received does not hold the guest.
   */
  public static Permission permit(
      DestinationOrder order, DomainReport now, boolean incoming, String attemptUID) {
    if (order == DestinationOrder.None || now.state() == DomainState.Absent) {
      return Permission.AlreadySo;
    }
    if (!attemptUID.equals(now.attemptMark())) {
      return Permission.Refuse;
    }
    return switch (order) {
      case None -> Permission.AlreadySo;
      case Resume -> {
        if (now.state().runs()) {
          yield Permission.AlreadySo;
        }
        yield now.state() == DomainState.Paused && !incoming ? Permission.Act : Permission.Refuse;
      }
      case Destroy ->
          !now.state().isActive()
                  || (now.state() == DomainState.Paused && !PostCopyState.of(now).isHalf())
              ? Permission.Act
              : Permission.Refuse;
      case Undefine -> now.state().isActive() ? Permission.Refuse : Permission.Act;
    };
  }
}
