"""Turns files into what a Linux guest unpacks, and the user's terminal into one that it can have.

It may import no other package. It is what exec, shell and debian share.
"""
