"""The whole site as static files: pages, feeds, and a search that works without a server.

addresses   which address becomes which file, and which ones need a server
rewriting   a page's links made relative, its server-only parts left out
crawling    every page that can be reached, rendered by the application itself
searching   an index for the search, by Pagefind
folder      files written whole, stale ones removed, nobody else's touched

Not Frozen-Flask: it leaves query strings out, so that `/follow-ups?show=overdue` and the second
page of a list would be lost, and links would still have to be rewritten by us.
"""

from __future__ import annotations

from web.site.crawling import Summary, write_site
from web.site.searching import require_pagefind

__all__ = ["Summary", "require_pagefind", "write_site"]
