package dev.ferryman.crds.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Asserts that the server refuses a request, and why. */
final class Refusals {
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int INVALID = 422;

  private Refusals() {}

  /** By the schema or a rule of the definition. */
  static void assertInvalid(String reason, Runnable request) {
    assertRefused(INVALID, reason, request);
  }

  /** By RBAC or by an admission policy. */
  static void assertForbidden(String reason, Runnable request) {
    assertRefused(FORBIDDEN, reason, request);
  }

  static void assertConflict(String reason, Runnable request) {
    assertRefused(CONFLICT, reason, request);
  }

  static void assertRefused(int code, String reason, Runnable request) {
    var refusal = catchThrowableOfType(KubernetesClientException.class, request::run);
    assertThat(refusal).as("must be refused: %s", reason).isNotNull();
    assertThat(refusal).hasMessageContaining(reason);
    assertThat(refusal.getCode()).as(refusal.getMessage()).isEqualTo(code);
  }
}
