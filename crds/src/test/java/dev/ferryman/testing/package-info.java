/**
 * A real Kubernetes API server with the shipped chart in it, for the integration tests of all
 * modules. Knows Kubernetes, the chart and JUnit, and nothing of what is tested with it.
 */
package dev.ferryman.testing;
