/**
 * The edge to this host's libvirt: {@link Hypervisor} says what the agent needs of it, everything
 * else here serves it. Knows no Kubernetes and no migration policy.
 */
@NullMarked
package dev.ferryman.agent.libvirt;

import org.jspecify.annotations.NullMarked;
