"""`python -m tinygate` is `tinygate`."""

from . import main

if __name__ == "__main__":
    main()
