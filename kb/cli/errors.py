"""The one door through which failures leave a command: a clear line, an exit code, no traceback.

    KbError              its message and remedy; its own exit code (1 not found, 2 wrong use)
    wrong use of click   click's own words; 2
    the system's errors  what failed and on which file; 2
    a closed pipe        nothing; 141, as a shell reports SIGPIPE
    Ctrl-C               nothing; 130
    anything else        a line that asks to report it; 70, EX_SOFTWARE of sysexits.h

`KB_DEBUG=1` shows the traceback of every failure as well.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable

import click

from kb.cli.layout import plain
from kb.errors import KbError, NotFound

CLOSED_PIPE = 141
INTERRUPTED = 130
UNEXPECTED = 70
WRONG_USE = 2


def tolerant_streams() -> None:
    """Let characters that a terminal's encoding lacks come out as `?` instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def answer(run: Callable[[], object]) -> int:
    """Run a command and give its exit code; what goes wrong is told on standard error.

    What a command returns is its exit code; nothing means 0.
    """
    try:
        code = run()
        # Here a full disk or a closed pipe can still be told; at the process's end no more.
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return CLOSED_PIPE
    except (click.ClickException, click.exceptions.Exit):
        raise
    except (KeyboardInterrupt, click.Abort):
        click.echo(err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - this is the door: nothing may leave as a traceback
        _tell(error)
        return _exit_code(error)
    return code if isinstance(code, int) else 0


def _tell(error: Exception) -> None:
    if os.environ.get("KB_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, OSError) and not isinstance(error, KbError) and error.filename is None:
        _forget_output()
    for line in plain(message_of(error)).splitlines():
        click.echo(line, err=True)


def message_of(error: Exception) -> str:
    """What to tell a person about a failure, with the remedy on a line of its own."""
    if isinstance(error, NotFound):
        told = {word.strip("'\"`,.:;?()") for word in str(error).split()}
        unnamed = [name for name in error.nearest if name not in told]
        return f"Error: {error}" + (f"\nDid you mean {', '.join(unnamed)}?" if unnamed else "")
    if isinstance(error, KbError):
        return f"Error: {error}"
    if isinstance(error, OSError):
        return _system_message(error)
    return (
        f"Error: something failed that should not have ({type(error).__name__}: {error}).\n"
        "Run it again with KB_DEBUG=1 to see where, and please report that."
    )


def _system_message(error: OSError) -> str:
    where = f": {error.filename}" if error.filename is not None else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"Error: the disk is full{where}.\nFree some space and run it again."
    return f"Error: {error.strerror or error}{where}."


def _exit_code(error: Exception) -> int:
    if isinstance(error, KbError):
        return error.exit_code
    return WRONG_USE if isinstance(error, OSError) else UNEXPECTED


def _forget_output() -> None:
    """Send what is left of standard output nowhere, or Python complains at the process's end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
