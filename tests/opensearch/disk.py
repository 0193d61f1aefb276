"""A disk so small that it can be filled: memory that is mounted, where this user may mount."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = 64


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk at this place, which must be free.

    Raises:
        OSError, CalledProcessError: none can be mounted here.
    """
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    subprocess.run(mount, capture_output=True, check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def can_be_mounted() -> bool:
    """Whether this user on this system may mount a disk: root may, but in few containers."""
    try:
        with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
