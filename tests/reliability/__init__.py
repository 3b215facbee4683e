"""The rig that tries to break the daemon: `python -m tests.reliability --short` or `--long`."""
