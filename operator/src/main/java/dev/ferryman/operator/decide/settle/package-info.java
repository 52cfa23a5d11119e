/**
 * How a move ended: turns both hosts' words into evidence and evidence into a verdict. Pure
 * functions; nothing here guesses, what cannot be proved waits.
 */
@NullMarked
package dev.ferryman.operator.decide.settle;

import org.jspecify.annotations.NullMarked;
