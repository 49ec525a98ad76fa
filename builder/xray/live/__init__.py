"""Kernels that run in a page: which there are, and the files that such a page needs.

It may import boot, boot.emulator, config, linux.shell, model, tools and tree.

    variants.py   which kernels a reader can choose among
    live_files.py the pages, and the scripts and images that they load
"""
