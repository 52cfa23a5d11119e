/**
 * Whether a guest's copying makes headway, and what is done if not: pure functions of the job's
 * figures.
 */
@NullMarked
package dev.ferryman.agent.decide.convergence;

import org.jspecify.annotations.NullMarked;
