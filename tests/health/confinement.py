"""Runs the program as the shipped unit and image do: root read-only, another user, no right to gain any.

Rule: only the kernel's own means are used, in namespaces of one process; without them the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, environment

NOBODY = 65534
STATE = Path("/mnt")  # where the state folder is seen from inside

# Everything mounted becomes read-only but the state folder and an empty /tmp.
_ENTER = """
set -e
mount --make-rprivate /
mount --bind "$1" /mnt
findmnt -rno TARGET | grep -Ev '^/(mnt|proc|sys|dev)(/|$)' | while read -r at; do
  mount -o remount,bind,ro "$at" 2>/dev/null || true
done
mount -t tmpfs -o mode=1777 tmpfs /tmp
shift
cd /
exec "$@"
"""

# Refuse every mapping that is or becomes writable and executable, for us and all we start.
_NO_NEW_CODE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    print("the kernel knows no PR_SET_MDWE:", os.strerror(ctypes.get_errno()), file=sys.stderr)
    sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


_AS_NOBODY = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups --bounding-set=-all --no-new-privs".split()


def confined(state: Path, *command: str, watched_by: tuple[str, ...] = ()) -> list[str]:
    """The command line that runs `command` with `state` as the only place to write, as nobody.

    `watched_by` is a command that starts it, as root and inside the same walls.
    """
    inside = [*watched_by, "setpriv", *_AS_NOBODY, *command]
    return ["unshare", "--mount", "sh", "-c", _ENTER, "sh", str(state), *inside]


def without_new_code(*arguments: str) -> list[str]:
    """This Python with these arguments, where no memory may become executable."""
    return [sys.executable, "-c", _NO_NEW_CODE, *arguments]


def surroundings() -> dict[str, str]:
    """A home that does not exist, the state folder by its name inside, our code as the packages."""
    return environment(Path("/nonexistent")) | {
        "STATE_DIRECTORY": str(STATE),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def need_confinement(state: Path) -> None:
    """Skip where this machine does not let us confine, or nobody may not read the program."""
    tools = [tool for tool in ("unshare", "setpriv", "findmnt") if shutil.which(tool) is None]
    if tools or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(tools) or 'nothing more'}")
    tried = subprocess.run(
        confined(state, sys.executable, "-c", "import monitor, sqlmodel, telegram"),
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if tried.returncode:
        pytest.skip(f"no confinement here: {tried.stderr.strip()[-200:]}")
