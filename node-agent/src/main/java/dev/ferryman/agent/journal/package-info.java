/**
 * What the host must not forget, on its own disk: every attempt that it has had a part in. Knows
 * neither libvirt nor Kubernetes.
 */
@NullMarked
package dev.ferryman.agent.journal;

import org.jspecify.annotations.NullMarked;
