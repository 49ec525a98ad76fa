"""Turns kernel.toml and --set into a frozen KernelConfig.

It may import no other package.
"""
