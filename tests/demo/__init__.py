"""Tests of the local exchange: it must be as awkward as the real one."""
