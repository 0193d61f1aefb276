"""The keeper as a process: `python -m web.freshness ENTRIES FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from web.freshness.keeper import run

if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
