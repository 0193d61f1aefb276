"""Names that mean something here: services, causes, severities, aliases, synonyms.

names       a vocabulary: what a name stands for, what is near it
terms       services, severities, statuses, triggers, ways to be detected
causes      the causes that every knowledge base has unless its kb.toml replaces them
glossary    Korean and English words of operations that mean the same
"""

from __future__ import annotations

from kb.vocabulary.causes import CAUSES
from kb.vocabulary.names import DEFAULT_VOCABULARY, Vocabulary, distinct, fold, letters, near
from kb.vocabulary.terms import (
    DETECTED_BY,
    SEVERITIES,
    STATUSES,
    TRIGGERS,
    Cause,
    Service,
    Term,
)

__all__ = [
    "CAUSES",
    "DEFAULT_VOCABULARY",
    "DETECTED_BY",
    "SEVERITIES",
    "STATUSES",
    "TRIGGERS",
    "Cause",
    "Service",
    "Term",
    "Vocabulary",
    "distinct",
    "fold",
    "letters",
    "near",
]
