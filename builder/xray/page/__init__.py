"""Turns the record of one call into one HTML file, in which a reader goes forward and back.

It may import model, tree, tree.picture and xray.

    colour.py   lines of C and NASM in colours, by pygments
    listing.py  the lines of the source around those that were executed
    table.py    the table: a line for each instruction and each fold
    compose.py  all of it, and what the page's script plays
"""
