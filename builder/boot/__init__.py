"""Turns an image into the transcript of its boot, and the transcript into a verdict.

It may import boot.emulator, image, model and tools.
"""
