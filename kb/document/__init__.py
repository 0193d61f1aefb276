"""Markdown text <-> Postmortem: what an entry's file says, and how one is written.

This file is the door; the parts stand beside it, in the order in which a file is read:

    entry               parse and serialise: all of the below together
    encodings           bytes -> text
    front_matter        the YAML block -> keys, values and lines
    front_matter_keys   keys by their names in English and Korean
    fields              values -> the fields of a Postmortem
    markdown            the body -> blocks with lines, from mistune's syntax tree
    block_lines         mistune, made to remember lines
    headings            what a heading calls a section
    bold_keys           bold labels that serve as headings
    sections            blocks -> sections
    timeline            sections -> timeline events; timeline_tables, turns beside it
    follow_ups          sections -> follow-ups
    writing             Postmortem -> text
"""

from __future__ import annotations

from kb.document.encodings import MAXIMUM_BYTES, text_of
from kb.document.entry import parse, serialise

__all__ = ["MAXIMUM_BYTES", "parse", "serialise", "text_of"]
