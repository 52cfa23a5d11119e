/**
 * Whether a move may begin: finds the instance, judges both hosts, counts what other moves have
 * claimed, and weighs both agents' checks. Pure functions of records.
 */
@NullMarked
package dev.ferryman.operator.decide.admission;

import org.jspecify.annotations.NullMarked;
