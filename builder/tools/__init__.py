"""Turns the name of a program into its process: found, tried, installed, started, ended.

It may import no other package. Standard library only: the set-up and `make doctor` run before any
package is installed.
"""
