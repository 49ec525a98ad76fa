"""How good the kernel's own checks are: of random changes of one line, how many do they notice?

`python -m qemu_tests.mutants`, or `make mutants`. See README.md here.
"""
