"""Entries that mean harm or were written carelessly, for the tests of the web pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HTML = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>"""
NAMES = (
    "2024-03-01-<b>x<",
    "2024-03-02-a b",
    '2024-03-03-"quote',
    "2024-03-04-50%25",
    "2024-03-05-한글",
    "2024-03-06-a#b?c",
    "2024-03-07-x.md",
    "2024-03-08-" + "l" * 200,
)
LONG = "payments-gateway-settlement-reconciliation-service"
OWNER = "payments.gateway.settlement.reconciliation.on.call@example.com"

_FRONT = """\
---
title: {html}
date: 2024-01-01
services: [{html}, "a/b", "..", ".", "a?b#c", "%2e%2e", "두 낱말", "a,b", "OR", "a:b"]
causes: [{html}, "javascript:alert(1)", "network"]
severity: {html}
status: {html}
timezone: {html}
trigger: {html}
detected_by: {html}
language: {html}
authors: [{html}]
tags: [{html}]
aliases: ["former/one", "..", {html}]
{html}: {html}
link: "javascript:alert(1)"
sources:
  - {{title: {html}, publisher: {html}, url: "javascript:alert(1)", published: {html}}}
  - {{url: 'https://x"><script>alert(1)</script>'}}
started: 2024-01-01T10:00:00+09:00
resolved: 2024-01-01T12:00:00+09:00
---

"""
_BODY = """\
## Summary {html}
{html} [x](javascript:alert(1)) [y](data:text/html,x) ![z](data:image/svg+xml,x)
<javascript:alert(1)>
## Impact
<svg onload=alert(1)><iframe src=//x></iframe><form action=//x><button>go</button></form>
<style>*{{display:none}}</style><base href=//x/><meta http-equiv=refresh content=0>
<a id="main" name="query" onclick=x href="jav&#x0A;ascript:x">x</a><object data=x></object>
## Timeline
- 2024-01-01 10:00 KST — {html} started
- 2024-01-01 10:05 KST — [x](javascript:alert(1)) detected
- 9999-12-31 23:59 KST — the last day
## Root cause
| a | b
|---|
| {html} |
{quotes}x
{lists}x
{brackets}
## Response
<details><summary>{html}
## Follow-ups
- [ ] {html} — owner: {html}, due: 2024-01-02, ticket: javascript:alert(1)
- [ ] b — owner: o, due: 2024-01-02, ticket: https://x"><script>alert(1)</script>
"""
_PLAIN = """\
---
title: {title}
date: 2024-{month:02d}-01
services: [{services}]
causes: [network]
severity: sev2
---

## Impact
The gateway answered {title}.
## Follow-ups
- [ ] Renew {title} — owner: {owner}, due: 2024-12-01, ticket: T-{ticket:030d}
"""


def write_harmful(folder: Path) -> None:
    """One entry with HTML in every field and part, and others under odd names."""
    year = folder / "2024"
    year.mkdir(parents=True)
    body = _BODY.format(html=HTML, quotes="> " * 300, lists="- " * 300, brackets="[" * 3000)
    written = _FRONT.format(html=json.dumps(HTML)) + body
    (year / "2024-01-01-fields.md").write_text(written, encoding="utf-8")
    for number, name in enumerate(NAMES):
        (year / f"{name}.md").write_text(
            _plain(f"odd name {number}", 3, ["api"], "team"), encoding="utf-8"
        )
    for name, content in (
        ("2024-04-01-empty", b""),
        ("2024-04-02-heading", b"# Only a heading\n\ntext"),
        ("2024-04-03-bytes", bytes(range(256)) * 4),
        ("2024-04-04-yaml", b"---\ntitle: [\n---\n## Impact\ntext"),
    ):
        (year / f"{name}.md").write_bytes(content)
    (year / "loop.png").symlink_to("loop.png")


def write_long_names(folder: Path) -> None:
    """Entries of many services with names that do not break, and owners like them."""
    year = folder / "2024"
    year.mkdir(parents=True)
    services = [f"{LONG}-{number:02d}" for number in range(12)]
    for month in (1, 2, 3):
        text = _plain(f"certificate {month} of {LONG}", month, services, OWNER)
        (year / f"2024-{month:02d}-01-long.md").write_text(text, encoding="utf-8")


def _plain(title: str, month: int, services: list[str], owner: str) -> str:
    return _PLAIN.format(
        title=title, month=month, services=", ".join(services), owner=owner, ticket=month
    )
