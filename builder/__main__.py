"""`python -m builder` is `tinygate`: the Makefile uses it, so that a moved checkout works."""

from builder.cli import main

if __name__ == "__main__":
    main()
