/**
 * What a real API server makes of the manifests and of the chart: rules, ownership, rights, tables.
 */
package dev.ferryman.crds.server;
