"""KB8xx: links that lead nowhere, to somebody else's machine, or do not say where.

Pages of other hosts are asked only by `kb.review.online`, which is told to.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kb.review.links_of import DEFINITION, Link, links, page_anchors, relative
from kb.review.rule import Edit, Fix, Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.review.rule import Place
    from kb.review.subject import Subject

_REFERENCE = re.compile(
    r"(?<![\]\w\\!])!?\[(?P<text>[^\[\]\n]{1,300})\]\[(?P<name>[^\[\]\n]{0,300})\]"
)
_LOCAL = re.compile(
    r"(?:https?|ftp)://(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?::\d{1,5})?(?=[/?#]|$)"
    r"|file:|/(?:Users|home)/[^/]+/|[A-Za-z]:[\\/]",
    re.IGNORECASE,
)
_LOCAL_BARE = re.compile(
    r"(?<![\w(<\"'])https?://(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0)(?::\d{1,5})?"
    r"(?:/[^\s<>\"'`|)\]]{0,300})?(?![\w.])",
    re.IGNORECASE,
)
_SPACED = re.compile(
    r"(?<![\]!\w\\])\[(?P<text>[^\[\]\n]{2,200})\](?P<gap>[ \t]{1,4})"
    r"\((?:https?://[^\s()]{1,1000}|[\w./-]{1,200}\.md(?:#[^\s()]{0,200})?)\)"
)
_REVERSED = re.compile(
    r"\((?P<text>[^()\[\]\n]{1,200})\)\[(?P<target>https?://[^\s\[\]]{1,1000}"
    r"|[\w./-]{1,200}\.md(?:#[^\s\[\]]{0,200})?)\]"
)
_WITH_SPACES = re.compile(
    r"\]\((?P<target>[^\s()<>\"']{1,300}(?: {1,3}[^\s()<>\"']{1,300}){1,20})\)"
)
_WWW = re.compile(
    r"(?<![\w/.@(<\"'\[-])www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?:/[^\s<>)\]]{0,300})?",
    re.ASCII,
)
_PARTICLES = (
    "에서는|에서도|에서|에게|에는|에도|에|으로|로는|로|은|는|이며|이고|입니다|이다|이라는|라는|이|가"
    "|을|를|와|과|의|도|만|부터|까지|참고|참조"
)
_BARE = re.compile(r"(?<![A-Za-z0-9_<\"'=])https?://[!#-;=?-_a-~]{1,2000}")
_BEHIND = re.compile(rf"(?:{_PARTICLES})(?![\w가-힣])")
_VAGUE = re.compile(
    r"(?:click |see |read )?(?:here|this|link|this (?:link|page|one))|here it is"
    r"|여기(?:를? ?클릭)?|이?링크|이곳|클릭|바로 ?가기",
    re.IGNORECASE,
)


def _missing_files(subject: Subject) -> Iterator[Problem]:
    for link in links(subject):
        parts = relative(subject, link.target)
        if parts is None or not parts[0] or _LOCAL.match(link.target):
            continue
        if subject.folder.exists(parts[0]):
            continue
        kind = "image" if link.image else "link"
        nearest = subject.folder.nearest(parts[0])
        message = f"The {kind} `{_short(link.target)}` leads to no file."
        help_ = (
            f"It is called `{nearest}`: case counts."
            if nearest
            else ("Paths begin at the entry's own folder; rename the target, or take the link out.")
        )
        yield Problem(link.place, message, help_)


def _missing_anchors(subject: Subject) -> Iterator[Problem]:
    own: frozenset[str] | None = None
    for link in links(subject):
        parts = relative(subject, link.target)
        if parts is None or not parts[1] or link.image:
            continue
        path, fragment = parts
        if path in {"", subject.entry.path}:
            own = page_anchors(subject) if own is None else own
            anchors: frozenset[str] | None = own
        else:
            anchors = subject.folder.anchors_of(path)
        if anchors is None or fragment in anchors:
            continue
        page = f"`{path}`" if path and path != subject.entry.path else "this entry"
        message = f"`#{_short(fragment)}` is no heading or event of {page}."
        near = get_close_matches(fragment[:200], anchors, n=1, cutoff=0.6)
        help_ = (
            f"Did you mean `#{near[0]}`?" if near else "Anchors are made of the headings' words."
        )
        yield Problem(link.place, message, help_)


def _undefined(subject: Subject) -> Iterator[Problem]:
    shown = subject.written.shown
    if "][" not in shown.text:
        return
    defined = {_label(match["name"]) for match in DEFINITION.finditer(shown.text)}
    for match in _REFERENCE.finditer(shown.text):
        name = match["name"] or match["text"]
        # `[1][2]` cites two sources.
        if name.strip().isdigit() or match["text"].strip() in {"", "x", "X"}:
            continue
        if _label(name) not in defined:
            message = (
                f"The link `{_short(match[0])}` has no address: `{_short(name)}` is not defined."
            )
            help_ = f"Add a line `[{_short(name)}]: https://...`, or write the address in brackets."
            yield Problem(shown.place(*match.span()), message, help_)


def _label(name: str) -> str:
    return " ".join(name.split()).casefold()


def _empty(subject: Subject) -> Iterator[Problem]:
    for link in links(subject):
        if not link.target.strip():
            message = f"The link `{_short(link.text)}` has no address."
            yield Problem(link.place, message, "Give it one, or leave the words alone.")
        elif not link.image and link.text == "" and _is_inline(subject, link):
            message = f"The link to `{_short(link.target)}` has no words to click on."
            yield Problem(link.place, message, "Say what it leads to.")


def _is_inline(subject: Subject, link: Link) -> bool:
    line = subject.lines[link.place.line - 1]
    return line[: link.place.column - 1].endswith(("[](", "[](<"))


def _local(subject: Subject) -> Iterator[Problem]:
    told: set[tuple[int, int]] = set()
    for link in links(subject):
        if _LOCAL.match(link.target):
            told.add((link.place.line, link.place.column))
            yield _local_problem(link.place, link.target)
    shown = subject.written.shown
    if "://localhost" in shown.text or "://127." in shown.text or "://0.0.0.0" in shown.text:
        for match in _LOCAL_BARE.finditer(shown.text):
            place = shown.place(*match.span())
            if (place.line, place.column) not in told:
                yield _local_problem(place, match[0])


def _local_problem(place: Place, target: str) -> Problem:
    message = f"`{_short(target)}` leads to whatever machine the reader has."
    return Problem(place, message, "Link what others can open; put commands and ports into code.")


def _broken_syntax(subject: Subject) -> Iterator[Problem]:
    shown = subject.written.shown
    if "] (" in shown.text or "]\t(" in shown.text:
        for match in _SPACED.finditer(shown.text):
            if match["text"].strip().isdigit():
                continue  # a citation, and a remark
            fix = Fix("Remove the space.", (Edit(shown.place(*match.span("gap")), ""),))
            message = f"`{_short(match[0])}` is no link: a space stands between its parts."
            yield Problem(shown.place(*match.span()), message, fix=fix)
    if ")[" in shown.text:
        for match in _REVERSED.finditer(shown.text):
            place = shown.place(*match.span())
            fix = Fix("Swap the brackets.", (Edit(place, f"[{match['text']}]({match['target']})"),))
            message = f"`{_short(match[0])}` is no link: the brackets are the wrong way round."
            yield Problem(place, message, "Write `[words](address)`.", fix)
    if "](" in shown.text:
        for match in _WITH_SPACES.finditer(shown.text):
            place = shown.place(*match.span("target"))
            fix = Fix("Put the address in angle brackets.", (Edit(place, f"<{match['target']}>"),))
            message = f"`{_short(match['target'])}` ends the link at its first space."
            yield Problem(place, message, "Write it as `<...>`, or spaces as `%20`.", fix)


def _run_on(subject: Subject) -> Iterator[Problem]:
    shown = subject.written.shown
    if "://" not in shown.text or shown.text.isascii():
        return
    for match in _BARE.finditer(shown.text):
        behind = _BEHIND.match(shown.text, match.end())
        if behind is None:
            continue
        url = match[0]
        if shown.text[max(match.start() - 2, 0) : match.start()] in {"](", ": "} and (
            shown.text[match.start() - 1] == "(" or _defines(shown.text, match.start())
        ):
            continue
        while url.endswith((")", "]", "*", "_", ",", ".", ";", ":")) and not (
            url.endswith(")") and url.count("(") >= url.count(")")
        ):
            url = url[:-1]
        message = f"The link takes in the words behind it: `{_short(match[0] + behind[0], 80)}`."
        place = shown.place(match.start(), match.start() + len(url))
        fix = Fix("Put the address in angle brackets.", (Edit(place, f"<{url}>"),))
        help_ = "An address ends at a space or `>`, not before a particle."
        yield Problem(shown.place(match.start(), behind.end()), message, help_, fix)


def _defines(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return DEFINITION.match(text, start) is not None


def _bare_www(subject: Subject) -> Iterator[Problem]:
    shown = subject.written.shown
    if "www." not in shown.text:
        return
    for match in _WWW.finditer(shown.text):
        message = f"`{_short(match[0])}` is shown as plain words."
        yield Problem(shown.place(*match.span()), message, "Begin it with `https://`.")


def _vague(subject: Subject) -> Iterator[Problem]:
    for link in links(subject):
        words = link.text.strip(" *_`.,")
        if not link.image and link.target and _VAGUE.fullmatch(words[:60]):
            message = f"The words `{words}` do not say where the link leads."
            yield Problem(
                link.place, message, "Name the page: `[runbook of the login service](...)`."
            )


def _short(text: str, longest: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


RULES: tuple[Rule, ...] = (
    Rule(
        "KB801",
        "missing-file",
        "links",
        "error",
        "A relative link or an image leads to a file of the repository.",
        "Paths begin at the entry's folder, or with `/` at the entries folder; case counts, "
        "also where your disk does not care. `%20` stands for a space.",
        "## Response\n\nAs in [May](2024-05-13-kakao-talk.md).",
        "## Response\n\nAs in [May](2024-05-13-kakaotalk-messaging-outage.md).",
        _missing_files,
    ),
    Rule(
        "KB802",
        "missing-anchor",
        "links",
        "error",
        "A link with `#` leads to a heading or an event that is there.",
        "Anchors are made of a heading's words as forges make them: lower case, spaces to "
        "hyphens, punctuation left out, Korean kept (`#후속-조치`).",
        "## Response\n\nSee [what is to be done](#action-items).",
        "## Response\n\nSee [what is to be done](#follow-ups).",
        _missing_anchors,
    ),
    Rule(
        "KB803",
        "undefined-link",
        "links",
        "warning",
        "A link `[words][name]` has its address below.",
        "Without a line `[name]: address` the brackets are shown as they are. Citations of "
        "sources (`[1][2]`) are no such links.",
        "## Response\n\nTraffic was moved by [the runbook][runbook].",
        "## Response\n\nTraffic was moved by [the runbook][runbook].\n\n"
        "[runbook]: https://example.com/runbook",
        _undefined,
    ),
    Rule(
        "KB804",
        "broken-link-syntax",
        "links",
        "warning",
        "A link is written so that it becomes one.",
        "`[words] (address)`, `(words)[address]` and an address with spaces are shown as "
        "plain text.",
        "## Response\n\nSee [the runbook] (https://example.com/runbook).",
        "## Response\n\nSee [the runbook](https://example.com/runbook).",
        _broken_syntax,
    ),
    Rule(
        "KB805",
        "link-runs-on",
        "links",
        "warning",
        "An address ends before the words behind it.",
        "A bare address goes on to the next space, so a Korean particle right behind it becomes "
        "a part of the link, which then leads nowhere.",
        "## 대응\n\n상태 페이지는 https://status.example.com/incidents/7를 보라.",
        "## 대응\n\n상태 페이지는 <https://status.example.com/incidents/7>를 보라.",
        _run_on,
    ),
    Rule(
        "KB806",
        "empty-link",
        "links",
        "warning",
        "A link has an address and words.",
        "`[words]()` leads back to the page itself, and `[](address)` cannot be clicked on.",
        "## Response\n\nSee [the runbook]().",
        "## Response\n\nSee [the runbook](https://example.com/runbook).",
        _empty,
    ),
    Rule(
        "KB807",
        "local-link",
        "links",
        "warning",
        "No link leads to the writer's own machine.",
        "`http://localhost`, `file:` and paths such as `/Users/...` open on one machine only. "
        "Within back-ticks or code they are fine.",
        "## Response\n\nSee [the dashboard](http://localhost:3000/d/1).",
        "## Response\n\nThe dashboard ran on `http://localhost:3000`.",
        _local,
    ),
    Rule(
        "KB808",
        "vague-link",
        "links",
        "note",
        "The words of a link say where it leads.",
        "Who lists the links of a page, or hears them read out, gets ten times `here`. The "
        "same holds for 여기 and 링크.",
        "## Response\n\nThe graph is [here](https://example.com/graph).",
        "## Response\n\nSee [the graph of lost packets](https://example.com/graph).",
        _vague,
    ),
    Rule(
        "KB809",
        "bare-www",
        "links",
        "note",
        "An address begins with its scheme.",
        "`www.example.com` alone is a link on some pages and plain words on others.",
        "## Response\n\nThe notice stood on www.example.com/notice.",
        "## Response\n\nThe notice stood on https://www.example.com/notice.",
        _bare_www,
    ),
)

DEAD_LINK = Rule(
    "KB810",
    "dead-link",
    "links",
    "warning",
    "Pages of other hosts that are linked to are still there.",
    "Checked with `--online` only, since hosts come and go. 404, 410 and a host without a "
    "name are warnings; all other failures are notes: many hosts refuse whoever is no browser. "
    "Nothing within a private network is asked.",
    "## Response\n\nSee [the notice](https://example.com/gone).",
    "## Response\n\nSee [the notice](https://web.archive.org/web/2024/https://example.com/gone).",
    lambda _: (),
)
"""Found by `kb.review.online.problems`, where pages have been asked for."""
