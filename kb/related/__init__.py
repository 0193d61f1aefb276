"""Similar past incidents: which entries are like another entry, or like any text, and why.

    results     what is answered: RelatedEntries, RelatedEntry, Reason
    incident    what is compared: an incident read from an index, an entry or a text
    words       a text's telling words, Korean and English ones that mean the same as one
    likeness    how much two incidents are alike, and the reasons
    lookup      one question from end to end: candidates from an engine, compared and ordered

Everything but `lookup` is pure. It runs on any `kb.search.engine.SearchEngine`.
"""

from __future__ import annotations

from kb.related.lookup import Relations
from kb.related.results import OpenFollowUp, Reason, ReasonKind, RelatedEntries, RelatedEntry

__all__ = ["OpenFollowUp", "Reason", "ReasonKind", "RelatedEntries", "RelatedEntry", "Relations"]
