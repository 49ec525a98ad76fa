"""Loads the part of the tests that says how they are run."""

pytest_plugins = ["qemu_tests.suite.plugin"]
