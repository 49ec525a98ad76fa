"""Turns a kernel's source tree into kernel.elf and disk.img, and holds both against the model.

It may import config, model, tools and tree.
"""
