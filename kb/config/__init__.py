"""kb.toml -> (Config, findings): what a team says of its own knowledge base.

settings      the keys, what they mean, what is wrong with them
engine        the search engine and its options
known_keys    the keys there are, and the nearest to one that is not
review        the table [review]
web           the table [web]
toml_text     TOML with lines, damaged files included
toml_table    values of a table, each with its line
"""

from __future__ import annotations

from kb.config.engine import ENGINES, SHARED, SOURCES, EngineChoice
from kb.config.review import ReviewSettings
from kb.config.settings import COMMANDS, NAME, Config, load, parse
from kb.config.web import WebSettings

__all__ = [
    "COMMANDS",
    "ENGINES",
    "NAME",
    "SHARED",
    "SOURCES",
    "Config",
    "EngineChoice",
    "ReviewSettings",
    "WebSettings",
    "load",
    "parse",
]
