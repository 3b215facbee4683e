"""Spoilt inputs for every parser and renderer: targets, mutators, and the runs that judge them."""
