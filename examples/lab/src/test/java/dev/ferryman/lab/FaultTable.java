package dev.ferryman.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table of faults and moments, each cell with the reasons that are true there: columns are
 * separated by |, reasons by blanks; a cell that holds - does not exist.
 */
final class FaultTable {
  private FaultTable() {}

  /** A fault at a moment, and the reasons of the outcome of which one is to be told. */
  record Cell(Fault fault, Moment moment, List<String> reasons) {
    @Override
    public String toString() {
      return fault + " while " + moment + " -> " + String.join(" or ", reasons);
    }
  }

  static Stream<Cell> cells(String table) {
    var rows = table.lines().filter(line -> !line.isBlank()).map(FaultTable::columns).toList();
    var moments = rows.get(0).stream().skip(1).map(Moment::valueOf).toList();
    return rows.stream().skip(1).flatMap(row -> cells(row, moments).stream());
  }

  private static List<Cell> cells(List<String> row, List<Moment> moments) {
    if (row.size() != moments.size() + 1) {
      throw new IllegalArgumentException("a row of " + row.size() + " columns: " + row);
    }
    var cells = new ArrayList<Cell>();
    for (int column = 1; column < row.size(); column++) {
      if (!row.get(column).equals("-")) {
        cells.add(
            new Cell(
                Fault.valueOf(row.get(0)),
                moments.get(column - 1),
                List.of(row.get(column).split(" +"))));
      }
    }
    return cells;
  }

  private static List<String> columns(String line) {
    return Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
  }
}
