package dev.ferryman.agent.libvirt;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** libvirt's list of named values (virTypedParameter), as far as they are whole numbers. */
record TypedParameters(Map<String, Long> numbers) {
  private static final int NAME_LENGTH = 80;
  private static final int TYPE_OFFSET = 80;
  private static final int VALUE_OFFSET = 88;
  private static final int SIZE = 96;

  private static final int INT = 1;
  private static final int UINT = 2;
  private static final int LLONG = 3;
  private static final int ULLONG = 4;

  static TypedParameters read(@Nullable Pointer array, int count) {
    var numbers = new HashMap<String, Long>();
    for (var i = 0; array != null && i < count; i++) {
      var at = (long) i * SIZE;
      var name = name(array.getByteArray(at, NAME_LENGTH));
      switch (array.getInt(at + TYPE_OFFSET)) {
        case INT -> numbers.put(name, (long) array.getInt(at + VALUE_OFFSET));
        case UINT -> numbers.put(name, Integer.toUnsignedLong(array.getInt(at + VALUE_OFFSET)));
        case LLONG, ULLONG -> numbers.put(name, array.getLong(at + VALUE_OFFSET));
        default -> {}
      }
    }
    return new TypedParameters(Map.copyOf(numbers));
  }

  private static String name(byte[] field) {
    var length = 0;
    while (length < field.length && field[length] != 0) {
      length++;
    }
    return new String(field, 0, length, StandardCharsets.US_ASCII);
  }

  /** The value of that name; empty if libvirt gave none, or one that no counter has. */
  Optional<Long> number(String name) {
    return Optional.ofNullable(numbers.get(name)).filter(value -> value >= 0);
  }
}
