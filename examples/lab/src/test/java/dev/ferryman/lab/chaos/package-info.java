/**
 * {@code lab chaos}: random moves under random faults, watched from outside of Ferryman. The truth
 * is what guests' heartbeats, libvirt and processes show; of Ferryman it uses the API alone.
 */
package dev.ferryman.lab.chaos;
