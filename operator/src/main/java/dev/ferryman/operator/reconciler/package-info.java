/**
 * Observe, decide, record, act: one handler for each phase of a LiveMigration, and the upkeep of
 * hosts and instances. Reaches the outside only through the interfaces it declares itself.
 */
@NullMarked
package dev.ferryman.operator.reconciler;

import org.jspecify.annotations.NullMarked;
