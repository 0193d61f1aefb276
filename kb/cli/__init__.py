"""The command line: `kb`. One file a command; importing one imports no other.

What a command knows of the knowledge base it has from `kb.knowledge_base`; what it prints is
laid out by `layout` and the `*_text` modules, which are pure; every failure leaves through the
one door in `errors`.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run `kb` with the arguments of this process, and end the process with its exit code."""
    import gc

    from kb.cli.errors import tolerant_streams
    from kb.cli.root import root

    # A command makes many objects at once and ends soon: looking through them again and again,
    # and a last time at the end, is a fifth of a search among 10,000 entries.
    gc.set_threshold(500_000, 20, 20)
    tolerant_streams()
    try:
        root.main(prog_name="kb")
    finally:
        gc.freeze()
