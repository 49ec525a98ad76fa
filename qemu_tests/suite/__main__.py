"""`tinygate bench --suite`: where the time of the last run of the tests went."""

from pathlib import Path

from qemu_tests.suite.times import read_record, table

if __name__ == "__main__":
    print(table(read_record(Path(__file__).parents[2])), end="")
