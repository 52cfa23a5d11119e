/**
 * The edge: the API server's informers and writers, leader election, events, metrics and health.
 * Implements what the reconcilers ask for and decides nothing.
 */
@NullMarked
package dev.ferryman.operator.kube;

import org.jspecify.annotations.NullMarked;
