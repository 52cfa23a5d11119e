/**
 * The facts that decisions are made from: hosts, moves, instances, as records. Everything below
 * this package is a pure function of its arguments: no clock, no client.
 */
@NullMarked
package dev.ferryman.operator.decide;

import org.jspecify.annotations.NullMarked;
