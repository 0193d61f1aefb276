"""What a shell offers after the Tab key. It never indexes, and never says that it failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kb.errors import KbError

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from kb.knowledge_base import KnowledgeBase


def ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of entries: the names of their files."""
    from kb import corpus

    try:
        knowledge = _open(ctx)
        paths: Iterable[str] = corpus.scan(knowledge.folder).files
        if knowledge.reads_index:
            paths = [entry.path for entry in knowledge.list()] if knowledge.is_indexed else []
    except (KbError, OSError):
        return []
    names = sorted(path.rpartition("/")[2].rpartition(".")[0] for path in paths)
    return _beginning([(name, "") for name in names], incomplete)


def services(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The services of the vocabulary, with their labels."""
    return _terms(ctx, "service", incomplete)


def causes(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The causes of the vocabulary, with their labels."""
    return _terms(ctx, "cause", incomplete)


def severities(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The severities, with what they mean."""
    from kb.vocabulary import SEVERITIES

    return _beginning([(one.id, one.label) for one in SEVERITIES], incomplete)


def owners(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The owners of unfinished follow-ups, as the index has them, however old it is."""
    try:
        knowledge = _open(ctx)
        counts = knowledge.follow_ups(limit=0).owners if knowledge.is_indexed else ()
    except (KbError, OSError):
        return []
    return _beginning([(one.owner, f"{one.open} open") for one in counts], incomplete)


def rules(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules of reviews by code and by name, with what they want."""
    from kb.review.rules import RULES

    known = [(name, rule.summary) for rule in RULES for name in (rule.code, rule.name)]
    return _beginning(known, incomplete)


def _open(ctx: click.Context) -> KnowledgeBase:
    from kb import KnowledgeBase

    return KnowledgeBase.open(ctx.find_root().params.get("entries"))


def _terms(ctx: click.Context, field: str, incomplete: str) -> list[CompletionItem]:
    try:
        vocabulary = _open(ctx).config.vocabulary
    except (KbError, OSError):
        return []
    known = [(one, vocabulary.label(field, one)) for one in vocabulary.known(field)]
    return _beginning(known, incomplete)


def _beginning(known: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(name, help=text or None)
        for name, text in known
        if name.startswith(incomplete)
    ]
