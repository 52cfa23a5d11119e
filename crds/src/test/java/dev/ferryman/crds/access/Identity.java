package dev.ferryman.crds.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A key and a certificate of its own for 127.0.0.1, good for a day. */
record Identity(String name, KeyStore store) {
  private static final String PASSWORD = "changeit";

  /** Makes one with the JDK's keytool. */
  static Identity make(Path folder, String name) throws Exception {
    var file = folder.resolve(name + ".p12");
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                name,
                "-keyalg",
                "RSA",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=ip:127.0.0.1",
                "-validity",
                "1")
            .redirectErrorStream(true)
            .start();
    var said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
    return new Identity(name, KeyStore.getInstance(file.toFile(), password()));
  }

  static char[] password() {
    return PASSWORD.toCharArray();
  }

  /** Its certificate, also the one by which it is known. */
  String certificate() {
    try {
      return pem("CERTIFICATE", store.getCertificate(name).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String key() {
    try {
      return pem("PRIVATE KEY", store.getKey(name, password()).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] content) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, lines, what);
  }

  /** Writes certificate and key as a program would find them. */
  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("client.crt"), certificate());
    Files.writeString(folder.resolve("client.key"), key());
  }
}
