"""Turns a configuration and its model into the files of a kernel's source tree.

It may import config, model and tools.
"""
