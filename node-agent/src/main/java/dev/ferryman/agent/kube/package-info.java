/**
 * The edge to the API server: what the agent reads there and what it may write. Knows neither
 * libvirt nor what a migration means.
 */
@NullMarked
package dev.ferryman.agent.kube;

import org.jspecify.annotations.NullMarked;
