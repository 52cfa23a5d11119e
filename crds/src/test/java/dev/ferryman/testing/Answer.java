package dev.ferryman.testing;

/** What a program said, and whether all was well (exit code 0). */
public record Answer(int exitCode, String output) {}
