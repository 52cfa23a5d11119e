/**
 * {@code lab figures}: what Ferryman costs, measured from outside of it on a lab that is up. Uses
 * the API server, libvirt and the guest's heartbeats, and nothing of the operator or the agents.
 */
package dev.ferryman.lab.figures;
