"""`tinygate bench --suite`: where the time of the last run of the tests went."""

from pathlib import Path

from qemu_tests.suite.times import CPU_KEY, read_record, table

if __name__ == "__main__":
    ROOT = Path(__file__).parents[2]
    print(table(read_record(ROOT), read_record(ROOT, CPU_KEY)), end="")
