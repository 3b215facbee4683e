"""Tests of the command line, each command through its real entry."""
