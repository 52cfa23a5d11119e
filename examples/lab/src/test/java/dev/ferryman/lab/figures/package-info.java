/**
 * {@code lab figures}: what Ferryman costs and how soon it recovers, measured from outside of it on
 * a lab that is up. Uses the API server, libvirt, the guest's heartbeats and the lab's processes,
 * and nothing inside of the operator or the agents.
 */
package dev.ferryman.lab.figures;
