"""How the tests are run: under which conditions, in which order, which of them, what is told.

`plugin` is what pytest loads (../conftest.py); each other file is about one thing.
"""
