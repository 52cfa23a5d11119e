/**
 * What this host has, uses and holds: read from libvirt, /proc and the instances directory, and put
 * together as a HostResource's status. Knows no Kubernetes client.
 */
@NullMarked
package dev.ferryman.agent.inventory;

import org.jspecify.annotations.NullMarked;
