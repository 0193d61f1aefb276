"""What is still to be done after an incident: items of lists and rows of tables.

An item says more than its words: a check box, an owner, a day, a ticket. They are read
off in the order people write them, in English and Korean, and taken out of the text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kb.document.headings import meaning
from kb.document.markdown import without_comments
from kb.finding import Finding
from kb.model import FollowUp
from kb.moments import find_moments, parse_date
from kb.patterns import pattern
from kb.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from kb.document.markdown import Block
    from kb.document.sections import Part

_NAMES = {
    "owner": "owners? assignees? assigned[ ]to who responsible "
    "담당자? 담당[ ]?(?:팀|부서) 책임자 担当者?",
    "due": "due(?:[ ](?:date|by))? deadline eta target(?:[ ]date)? by[ ]when "
    "기한 마감일? 예정일 완료[ ]예정일? 期限",
    "ticket": "tickets? issues? jira bugs?(?:[ ]?[#])? tracking 티켓 이슈 チケット",
    "status": "status state done 상태 진행[ ]상황 완료[ ]?여부 状態",
}
_NAME = "|".join(f"(?P<{field}>{'|'.join(names.split(' '))})" for field, names in _NAMES.items())
_ATTRIBUTE = pattern(
    rf"(?:^|(?P<lead>\s+[—–-]+\s+|\s*[(（]\s*|\s*[,;·|/]\s*|\s{{2,}}|\s*\n\s*))"
    rf"(?:\*\*|__|_)?(?:{_NAME})(?:\*\*|__|_)?\s*[:：](?:\*\*|__)?[ \t]*",
    re.IGNORECASE,
)
_COLUMN = {
    "text": (
        r"\b(?:actions?|items?|tasks?|what|description|follow.?ups?|todo|improvements?)\b|"
        r"액션|항목|조치|내용|과제|할 일|작업|대책|対策|内容|タスク"
    ),
    "owner": r"\b(?:owner|assignee|who|responsible)\b|담당|책임|担当",
    "due": r"\b(?:due|deadline|eta|target|by when|date)\b|기한|마감|예정일|일정|期限",
    "ticket": r"\b(?:ticket|bug|issue|jira|link|tracking|url)\b|티켓|이슈|링크|チケット",
    "status": r"\b(?:status|state|done)\b|상태|완료|진행|状態",
}
_BOX = pattern(r"(?:\\?\[(?P<mark>[ xX✓✔])\\?\]|(?P<tick>[✅☑✔]️?)|(?P<open>[☐⬜❌]️?))\s*")
_STRUCK = pattern(r"~~(?P<text>.+?)~~(?P<rest>.*)", re.DOTALL)
_DONE = r"done|completed?|closed|fixed|finished|완료(?:됨|함)?|종료|처리됨|完了|済"
_DONE_HINTS = ("done", "complet", "closed", "fixed", "finished", *"완종처完済")
"""Every wording of `_DONE` has one of these."""
_DONE_WORD = pattern(rf"(?:{_DONE}|resolved|yes|x|✅|✔️?|o)\b.*|(?:{_DONE})", re.IGNORECASE)
_OPEN_WORD = pattern(
    r"(?:to.?do|open|not started|in[ -]progress|pending|planned|backlog|no|wip|new|blocked|"
    r"진행\s?중|예정|미완료|미착수|대기|계획|❌|☐|未完了|対応中)\b.*|.*(?:미완료|예정|진행 ?중)",
    re.IGNORECASE,
)
_DONE_NOTE = pattern(
    rf"\s*(?:[(\[（]\s*(?:{_DONE})\s*[)\]）]|[—–-]+\s+(?:{_DONE}))\s*$", re.IGNORECASE
)
_DONE_LEAD = pattern(
    rf"(?:\*\*)?(?:[(\[]\s*)?(?:{_DONE})(?:\s*[)\]])?(?:\*\*)?\s*[:：]\s*(?=\S)", re.IGNORECASE
)
_STATE_BEHIND = pattern(r"(?:^|\s)\W*(?P<state>DONE|TODO|OPEN|CLOSED|FIXED|WIP)\W*$")
_DONE_END = pattern(r"(?<=\s)완료\s*\.?$|(?<=\s)DONE\s*\.?$")
_NOTHING = pattern(
    r"(?:none|n/?a|nothing|not applicable|tbd|to be determined|"
    r"없음|없다|없습니다|해당\s?없음|해당 사항 없음|"
    r"미정|なし|[-–—.]+)"
    r"(?: (?:yet|so far|known|planned|identified|stated|needed|required|at this time))?[\s.]*"
    r"|no\s+(?:further\s+)?(?:sources?|follow|actions?|items|known)\b[^\n]{0,120}"
    r"|[^\n]{0,60}(?:후속 조치|조치|과제|출처|자료)[^\n]{0,40}"
    r"(?:없다|없음|없습니다|않았다|않는다|않음)[\s.]*",
    re.IGNORECASE,
)
_NOTHING_BEGINS = ("no", "n/a", "na", "tbd", "to be", "해당", "미정", "なし", *"-–—.")
"""What most texts that say there is nothing begin with; the others hold 없 or 않."""
_CITATIONS = pattern(r"(?:\s*\[\d{1,3}\])+\.?$")
_TICKET_KEY = pattern(r"[A-Z][A-Z0-9]{1,9}-\d{1,7}")
_LINK = pattern(
    r"\[(?P<text>[^\[\]]{0,200})\]"
    r"(?:\((?P<url>[^()\s]{1,500})[^()]{0,200}\)|\[(?P<name>[^\[\]]{0,200})\])"
)
_TICKET_URL = pattern(
    r"https?://[^\s<>()\[\]]{1,300}/(?:issues|pull|pulls|browse|merge_requests|-/issues|bugs?|"
    r"work_items|ticket|tickets)/[^\s<>()\[\],;]{1,100}"
)
_HASH = pattern(r"(?<![\w/&])#\d{1,7}\b")
_LONGEST_ENDING = 80
_LONGEST_NOTHING = 200
_HIDDEN = frozenset({"lessons", "timeline", "summary", "impact", "source-notes"})


class _Said(NamedTuple):
    """An item's words, and what its attributes say, as typed."""

    text: str
    said: Mapping[str, str]


class _Surroundings(NamedTuple):
    """What an item may refer to: link targets by name, and the day of the incident."""

    references: Mapping[str, str]
    day: date | None


@record
class FollowUps:
    """The follow-ups of a document, in its order, and what could not be read of them."""

    items: tuple[FollowUp, ...]
    findings: tuple[Finding, ...]


def read_follow_ups(
    parts: Sequence[Part],
    references: Mapping[str, str],
    path: str,
    context: date | None = None,
) -> FollowUps:
    """The items of a document's follow-up sections.

    Args:
        parts: all sections of the document.
        references: the targets of links such as `[issue][name]`, by name in capitals.
        path: of the entry, for findings.
        context: the day of the incident, for due days without a year.
    """
    surroundings = _Surroundings(references, context)
    items: list[FollowUp] = []
    findings: list[Finding] = []
    end = 0
    for part in parts:
        if part.section.kind != "follow-ups" or part.section.line < end:
            continue
        end = part.end
        hidden = [
            (other.section.line, other.end)
            for other in parts
            if other.section.kind in _HIDDEN and part.section.line < other.section.line < part.end
        ]
        for block in part.blocks:
            if any(start <= block.line < stop for start, stop in hidden):
                continue
            for item, raw_due in _in_block(block, surroundings):
                items.append(item)
                if raw_due:
                    findings.append(_unreadable(raw_due, item.line, path))
    return FollowUps(tuple(items), tuple(findings))


def _unreadable(raw: str, line: int, path: str) -> Finding:
    message = f"`{raw}` is not a day by which a follow-up is due."
    return Finding("unreadable-date", "warning", path, line, message, "Write it as `2024-08-31`.")


def _in_block(block: Block, around: _Surroundings) -> Iterator[tuple[FollowUp, str]]:
    if block.kind == "list":
        for item in block.children:
            yield from _in_item(item, around)
    elif block.kind == "table":
        yield from _in_table(block, around)
    elif block.kind == "paragraph":
        for offset, line in enumerate(block.text.split("\n")):
            if _BOX.match(line):
                yield from _follow_up(line, block.line + offset, around)


def _in_item(item: Block, around: _Surroundings) -> Iterator[tuple[FollowUp, str]]:
    """A list's item; one that only names a group of nested items gives those."""
    nested = [block for block in item.children if block.kind == "list"]
    first = item.children[0] if item.children else None
    own = first.text if first and first.kind == "paragraph" else ""
    boxed = any(_BOX.match(child.text) for block in nested for child in block.children)
    group = bool(nested) and not _BOX.match(own) and _is_label(own)
    if not group and not (boxed and nested):
        yield from _follow_up(item.text, item.line, around)
        return
    if not group:
        yield from _follow_up(own, item.line, around)
    for block in nested:
        for child in block.children:
            yield from _in_item(child, around)


def _is_label(text: str) -> bool:
    """Whether an item's own words only name what is below it: `Process:`, `**기술 개선**`."""
    stripped = text.strip()
    bold = re.fullmatch(r"(?:\*\*|__)[^*_]{1,60}(?:\*\*|__)\s*[:：]?", stripped)
    if not stripped or bold or (len(stripped) <= 60 and stripped[-1] in ":："):
        return True
    return meaning(stripped).kind == "follow-ups"


def _follow_up(text: str, line: int, around: _Surroundings) -> Iterator[tuple[FollowUp, str]]:
    text = without_comments(text).strip()
    done, text = _check_box(text)
    text, said = _attributes(text)
    ticket_said = said.get("ticket", "")
    if "status" in said:
        done = _status(said["status"], done=done)
    done, text = _done_words(text, done=done)
    text = text.strip()
    if not text or _says_nothing(_cited(text)[0].strip(" *_")):
        return
    due, unreadable = _due(said.get("due", ""), around.day)
    ticket = _ticket_value(ticket_said, around.references) or _ticket_in(text, around.references)
    owner = _plain(said.get("owner", "")) or None
    yield FollowUp(text, done, owner, due, ticket, line), unreadable


def _cited(text: str) -> tuple[str, str]:
    """Words and the citations they end in; only the end is searched, however long the text."""
    if "]" not in text[-3:]:
        return text, ""
    cited = _CITATIONS.search(text, max(0, len(text) - _LONGEST_ENDING))
    return (text[: cited.start()], cited[0]) if cited else (text, "")


def _says_nothing(text: str) -> bool:
    if len(text) > _LONGEST_NOTHING:
        return False
    hinted = text.casefold().startswith(_NOTHING_BEGINS) or any(word in text for word in "없않")
    return hinted and _NOTHING.fullmatch(text) is not None


def _check_box(text: str) -> tuple[bool | None, str]:
    box = _BOX.match(text)
    if box is None:
        return None, text
    if box["open"]:
        return False, text[box.end() :]
    return bool(box["tick"]) or box["mark"] != " ", text[box.end() :]


def _done_words(text: str, *, done: bool | None) -> tuple[bool | None, str]:
    """Words that say an item is done: struck out, `(done)`, `Done: ...`, `... 완료`."""
    struck = _STRUCK.fullmatch(text) if text.startswith("~~") else None
    if struck:
        return True, (struck["text"] + struck["rest"]).strip()
    if not any(word in text.casefold() for word in _DONE_HINTS):
        return done, text
    bare, citation = _cited(text)
    end = max(0, len(bare) - _LONGEST_ENDING)
    for wording in (_DONE_NOTE, _DONE_LEAD):
        found = wording.match(bare) if wording is _DONE_LEAD else wording.search(bare, end)
        if found:
            kept = (bare[: found.start()] + bare[found.end() :]).strip()
            if kept:
                return (True if done is None else done), kept + citation
    if done is None and _DONE_END.search(bare, end):
        return True, text
    return done, text


def _status(said: str, *, done: bool | None) -> bool | None:
    plain = _plain(said)
    if _OPEN_WORD.fullmatch(plain):
        return False
    return True if _DONE_WORD.fullmatch(plain) else done


def _attributes(text: str) -> _Said:
    """An item's first paragraph without its `owner: ..., due: ...`, and those."""
    first, gap, below = text.partition("\n\n")
    found = list(_ATTRIBUTE.finditer(first))
    # A list nested below is not searched, and a sentence must not lose its first words.
    nested = re.search(r"\n\s*(?:[-*+]|\d+[.)])\s", first)
    if nested:
        found = [match for match in found if match.start() < nested.start()]
    found = [match for match in found if match.start() > 0 and _is_plausible(match, first)]
    if not found:
        return _Said(text, {})
    said: dict[str, str] = {}
    stop = nested.start() if nested else len(first)
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following else stop
        said.setdefault(str(match.lastgroup), first[match.end() : end].strip())
    kept, tail = first[: found[0].start()].rstrip(), ""
    if "(" in (found[0]["lead"] or "") or "（" in (found[0]["lead"] or ""):
        key = str(found[-1].lastgroup)
        value, closed, tail = (
            re.split(r"([)）])(?![^(]*[)）]\s*$)", said[key], maxsplit=1)
            if (re.search(r"[)）]", said[key]))
            else (said[key], "", "")
        )
        said[key] = value if closed else said[key]
    said = {key: value.strip().strip(",;").strip() for key, value in said.items()}
    rest = first[stop:]
    kept = f"{kept} {tail.strip()}".strip() if tail.strip() else kept
    return _Said(f"{kept}{rest}{gap}{below}", said)


def _is_plausible(match: re.Match[str], text: str) -> bool:
    """Whether the words behind `issue:` or `status:` are a ticket or a state, not prose."""
    said = _plain(re.split(r"[,;·|\n)）]", text[match.end() : match.end() + 200], maxsplit=1)[0])
    if match.lastgroup == "ticket":
        return len(said.split()) <= 1 or bool(_LINK.match(said))
    if match.lastgroup == "status":
        return bool(_DONE_WORD.fullmatch(said) or _OPEN_WORD.fullmatch(said))
    return len(said) <= 80


def _plain(said: str) -> str:
    return said.strip().strip("*_`").strip()


def _due(said: str, context: date | None) -> tuple[date | None, str]:
    """The day, and what was said where it is no day; a hyphen or `TBD` says nothing."""
    plain = _plain(said)
    if not plain or _says_nothing(plain):
        return None, ""
    day = parse_date(plain)
    if day is None:
        days = [moment.date for moment in find_moments(plain, context) if moment.date]
        day = days[0] if len(days) == 1 else None
    return day, "" if day else plain


def _ticket_value(said: str, references: Mapping[str, str]) -> str | None:
    """What a ticket attribute or column names: a link's key, else its address, else the words."""
    plain = _plain(said)
    if not plain or _says_nothing(plain):
        return None
    link = _LINK.search(plain)
    return (_linked(link, references) if link else None) or plain.strip("<>")


def _linked(link: re.Match[str], references: Mapping[str, str]) -> str | None:
    text = link["text"].strip(" `*")
    if _TICKET_KEY.fullmatch(text):
        return text
    if link["url"]:
        return link["url"].strip("<>")
    name = " ".join((link["name"] or text).split())
    return references.get(name.lower().upper())


def _ticket_in(text: str, references: Mapping[str, str]) -> str | None:
    """The first ticket that an item's words mention: a key or an issue's address in a link."""
    if "[" in text:
        for link in _LINK.finditer(text):
            target = _linked(link, references)
            if target and (_TICKET_KEY.fullmatch(target) or _TICKET_URL.fullmatch(target)):
                return target
    address = _TICKET_URL.search(text) if "://" in text else None
    if address:
        return address[0].rstrip(".,:;")
    number = _HASH.search(text) if "#" in text else None
    return number[0] if number else None


def _in_table(block: Block, around: _Surroundings) -> Iterator[tuple[FollowUp, str]]:
    head = block.rows[0].cells
    columns: dict[str, int] = {}
    for field in ("owner", "due", "ticket", "status", "text"):
        place = next(
            (
                n
                for n, cell in enumerate(head)
                if n not in columns.values() and re.search(_COLUMN[field], cell, re.IGNORECASE)
            ),
            None,
        )
        if place is not None:
            columns[field] = place
    text_place = columns.get("text")
    if text_place is None:
        text_place = next((n for n in range(len(head)) if n not in columns.values()), 0)
    for row in block.rows[1:]:
        cells = {
            field: row.cells[place] for field, place in columns.items() if place < len(row.cells)
        }
        if "status" not in columns and (state := _STATE_BEHIND.search(cells.get("ticket", ""))):
            # `Bug 5554823 **TODO**`, as the template of the SRE book has it.
            cells["status"] = state["state"]
            cells["ticket"] = cells["ticket"][: state.start()]
        text = row.cells[text_place] if text_place < len(row.cells) else ""
        for found, unreadable in _follow_up(text, row.line, around):
            due, no_day = _due(cells.get("due", ""), around.day)
            item = replace(
                found,
                done=_status(cells.get("status", ""), done=found.done),
                owner=_plain(_no_dash(cells.get("owner", ""))) or found.owner,
                due=due or found.due,
                ticket=_ticket_value(cells.get("ticket", ""), around.references) or found.ticket,
            )
            yield item, no_day or unreadable


def _no_dash(said: str) -> str:
    return "" if _says_nothing(said.strip()) else said
