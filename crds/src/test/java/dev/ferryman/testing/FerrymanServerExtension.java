package dev.ferryman.testing;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link FerrymanServer}, which all of a module's classes share: it starts with the
 * first of them and ends after the last. So objects need names of their own.
 */
public final class FerrymanServerExtension implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(FerrymanServerExtension.class);

  /** What is missing is said once for a class, and not for each of its tests. */
  @Override
  public void beforeAll(ExtensionContext tests) {
    server(tests);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == FerrymanServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return server(test);
  }

  private static FerrymanServer server(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            FerrymanServer.class, unused -> FerrymanServer.start(), FerrymanServer.class);
  }
}
