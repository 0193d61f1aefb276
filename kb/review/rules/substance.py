"""KB4xx: what an entry says of impact and cause, and whether it says anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.document.markdown import without_comments
from kb.review.rule import Problem, Rule
from kb.review.rules.sections import SCREEN_COLUMNS, is_empty
from kb.review.rules.wording_lexicon import PERSON_AS_CAUSE
from kb.review.said import running_text, said_in, sentences, text_of
from kb.review.told import value_place
from kb.review.written import Joined
from kb.screen_text import width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.finding import Level
    from kb.model import Section, SectionKind
    from kb.review.rule import Place
    from kb.review.subject import Subject

MOST_SENTENCES = 5
"""Of a summary (PagerDuty's guide)."""
SHORTEST_CAUSE = 4
"""Words below which a cause is a label, in any script."""
_ENOUGH_BESIDES = 12
"""Words beside the sentence about a person with which a cause goes on behind that person."""
_SAME = 0.8
"""Share of a cause's runs of three words from which on it is the text it is compared with."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
# What is no figure is taken out first: dates, clock times, codes of HTTP, ordinals of lists.
_NO_FIGURE = re.compile(
    r"\d{4}-\d\d(?:-\d\d)?|(?<!\d)(?:19|20)\d\d년?(?!\d|[,.]\d|\s?(?:명|건|대|회|만|users|requests))"
    r"|\d{1,2}월(?:\s?\d{1,2}일)?|\d{1,2}일(?!\s?(?:간|동안|치|분))"
    r"|(?:오전|오후)?\s?\d{1,2}시(?!간)(?:\s?\d{1,2}분)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.?\s(?:of\s)?{_MONTH}(?:,?\s\d{{4}})?"
    rf"|\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?"
    r"|\b(?:HTTP|error|code|status|response)s?\s?[1-5](?:\d\d|xx)\b"
    r"|\b[1-5]\d\ds?\s(?:errors?|responses?|codes?|status)|\b[1-5]\d\d(?:s|\s?오류|\s?에러)"
    r"|^\s*\d{1,3}[.)]\s",
    re.IGNORECASE | re.MULTILINE,
)
_CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?![\d:])|\d{1,2}시(?!간)")
_FIGURE = re.compile(
    r"(?<![\w./:#-])[$€£₩~<>≈+]?\d[\d,]*(?:\.\d+)?(?![\w./:-]*[A-Za-z]\d)"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|[mb]illions?|half|quarter"
    r"|percent(?:age)?"
    r"|(?:one|a) third|one in|one of (?:our|the) (?:\w+ )?(?:customers|users|tenants))\b"
    r"|\b(?:all|every|none|nobody|no one|no-one|entire(?:ly)?|whole|total(?:ly)?|complete(?:ly)?"
    r"|worldwide|globally)\b"
    r"|\bno (?:\w+ )?(?:users?|customers?|clients?|requests?|impact|traffic)\b"
    r"|절반|전체|모든|전국|모두|아무도|전 세계|수[십백천만억]|영향[은이]?\s?없"
    r"|(?<![가-힣])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:명|건|개|대|곳|차례|시간|배|번)",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\bunknown\b|\bun(?:measured|recorded|counted)\b|\b(?:not|never|n['’]t)\s(?:\w+\s)?"
    r"(?:known|published|disclosed|stated|measured|counted|recorded|determined|available|found)\b"
    r"|\bno (?:\w+ )?(?:figures?|numbers?|counts?|sources?|statistics|explanation)\b"
    r"|\bcannot be (?:told|measured|counted|determined|established)\b"
    r"|\b(?:under|still) investigat|\bbeing investigated\b"
    r"|알려지지|알 ?수 ?없|밝혀지지|밝히지|밝힌[^.\n]{0,20}없|나오지 않|확인되지|확정되지|집계되지"
    r"|공개되지|파악되지|파악하지|찾지 못|미상|불명|조사 ?중|설명하지 않|설명은 없"
    r"|설명한[^.\n]{0,20}없",
    re.IGNORECASE,
)
_TO_FILL_IN = re.compile(r"\b(?:TODO|TBD|TBA|FIXME|XXX)\b|추후|작성 ?(?:예정|필요|중)|미정")
"""What says that the figure is to come; other rules tell that it is not there."""
_WORD = re.compile(r"[^\W_]+")
_OUTAGE = re.compile(r"\b(?:outages?|down(?:time)?)\b|중단|먹통|다운", re.IGNORECASE)
_DEGRADED = re.compile(
    r"\bdegrad(?:ed|ation)\b|\bslow(?:er|ly|ness|ed)?\b|\bdelay(?:s|ed)?\b|\blaten(?:cy|cies)\b"
    r"|지연|느려|느렸|저하",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:outages?|down(?:time)?|offline|unavailab\w+|unreachable|inaccessible|fail\w*|errors?"
    r"|could ?n[o']t|cannot|unable|lost|loss|interrupt\w*|crash\w*|disrupt\w*|blocked|dropped|no"
    r"|not|none|never|stopped|[45]xx|[45]\d\d)\b"
    r"|못했|못하|실패|불가|중단|끊|없었|안 ?되|되지 않|오류|에러|유실|잃|멈[췄추]|먹통|마비|장애",
    re.IGNORECASE,
)


def _lower(subject: Subject) -> Level | None:
    return "note" if subject.imported else None


def _section(subject: Subject, kind: SectionKind) -> Section | None:
    """The first section of a kind with anything in it."""
    of_kind = (one for one in subject.entry.sections if one.kind == kind)
    return next((one for one in of_kind if not is_empty(one)), None)


def _short(text: str) -> str:
    plain = " ".join(text[:500].split()).strip("-*|# ")
    return plain if len(plain) <= 60 else f"{plain[:59].rstrip()}…"


def has_a_figure(text: str) -> bool:
    """Whether a text tells a number, a share or a length; "all users" is one."""
    if len(_CLOCK.findall(text)) > 1:
        return True  # from when to when is a length
    return _FIGURE.search(_CLOCK.sub(" ", _NO_FIGURE.sub(" ", text))) is not None


def says_unknown(text: str) -> bool:
    """Whether a text says that something is not known: who looks for it need not ask."""
    return _UNKNOWN.search(text) is not None


def lacks_a_figure(subject: Subject) -> bool:
    """Whether there is an impact that has no figure and does not say that none is known."""
    text = text_of(said_in(subject, "impact"))
    said = _words(text[:1000]) > 1 and not _TO_FILL_IN.search(text)
    return said and not has_a_figure(text) and not says_unknown(text)


def _impact_without_figure(subject: Subject) -> Iterator[Problem]:
    section = _section(subject, "impact")
    if section is not None and lacks_a_figure(subject):
        first = text_of(said_in(subject, "impact")).strip()
        yield Problem(
            subject.line(section.line),
            f"The impact (`{_short(first)}`) has no figure in it.",
            "Write how many, what share or for how long: `12 % of logins failed for 86 minutes`; "
            "or that it is not known.",
            level=_lower(subject),
        )


def stops_at_a_person(subject: Subject) -> tuple[Place, str] | None:
    """Where the root cause is somebody's mistake and little else is said, and the words for it."""
    lines = {one.line: one for one in said_in(subject, "root-cause")}
    whole = running_text(subject) if lines else Joined("", [0])
    said = sentences(text_of(list(lines.values())))
    for match in PERSON_AS_CAUSE.found(whole.text):
        place, words = whole.place(*match.span()), " ".join(match[0].split())
        if place.line not in lines:
            continue
        if sum(_words(one) for one in said if words not in one) < _ENOUGH_BESIDES:
            return place, words
    return None


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _cause_is_a_person(subject: Subject) -> Iterator[Problem]:
    stop = stops_at_a_person(subject)
    if stop is not None:
        place, words = stop
        message = f"The root cause stops at `{words}`."
        yield Problem(place, message, PERSON_AS_CAUSE.instead)


def _cause_repeats(subject: Subject) -> Iterator[Problem]:
    section = _section(subject, "root-cause")
    lines = said_in(subject, "root-cause")
    if section is None or not lines or len(lines) > 30:
        return
    cause = _runs(text_of(lines))
    summary = text_of(said_in(subject, "summary"))
    for name, text in (("summary", summary), ("title", subject.entry.title)):
        if len(cause) > 3 and len(cause & _runs(text)) >= _SAME * len(cause):
            words = _short(text_of(lines).strip())
            message = f"The root cause (`{words}`) says the same as the {name}."
            help_ = "Say what lies behind it: why it was possible, and why nothing stopped it."
            yield Problem(subject.line(section.line), message, help_, level=_lower(subject))
            return


def _runs(text: str) -> set[tuple[str, str, str]]:
    """The runs of three words in a text, in any case."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return set(zip(words, words[1:], words[2:], strict=False))


def _thin_cause(subject: Subject) -> Iterator[Problem]:
    section = _section(subject, "root-cause")
    lines = said_in(subject, "root-cause")
    if section is None or not lines or len(lines) > SHORTEST_CAUSE:
        return
    text = text_of(lines)
    words = _WORD.findall(text)
    if not words or len(words) >= SHORTEST_CAUSE or says_unknown(text) or len(text) > 200:
        return
    place = subject.line(lines[0].line)
    message = f"The root cause `{_short(text)}` is a label."
    help_ = "Write a sentence or more: what made it possible, what set it off, what let it through."
    yield Problem(place, message, help_, level=_lower(subject))


def _single_cause(subject: Subject) -> Iterator[Problem]:
    entry, section = subject.entry, _section(subject, "root-cause")
    if entry.severity not in {"sev1", "sev2"} or len(entry.causes) != 1 or section is None:
        return
    text = text_of(said_in(subject, "root-cause"))
    said = sentences(text)
    if subject.imported or len(said) != 1 or entry.causes[0] == "unknown" or says_unknown(text):
        return
    message = f"One sentence and one cause (`{entry.causes[0]}`) explain a {entry.severity}."
    help_ = "Look for what made it worse, slower to be found, or longer: it is seldom one thing."
    yield Problem(subject.line(section.line), message, help_)


def _outage_or_degraded(subject: Subject) -> Iterator[Problem]:
    text = text_of(said_in(subject, "impact"))
    slow, outage = _DEGRADED.search(text), _OUTAGE.search(subject.entry.title)
    if slow and outage and not _FAILED.search(text) and "title" in subject.front.values:
        message = f"The title says `{outage[0]}`, but the impact only `{slow[0]}`."
        help_ = "Call it degraded, or say in Impact what did not work at all."
        yield Problem(value_place(subject, "title", outage[0]), message, help_)


def _many_sentences(subject: Subject) -> Iterator[Problem]:
    for section in subject.entry.sections:
        if section.kind != "summary" or section.level == 0:
            continue
        lines = [one for one in subject.prose() if one.section is section]
        count = len(sentences(text_of(lines[1:]))) if len(lines) < 200 else 0
        if count > MOST_SENTENCES and width(without_comments(section.text)) <= SCREEN_COLUMNS:
            message = f"The summary takes {count} sentences."
            help_ = f"Up to {MOST_SENTENCES} are read; move the rest to where it belongs."
            yield Problem(subject.line(section.line), message, help_)


_PERSON_CAUSE = "## Root cause\n\nHuman error during the maintenance."

RULES: tuple[Rule, ...] = (
    Rule(
        "KB401",
        "impact-without-figure",
        "substance",
        "warning",
        "The impact says how many, what share or how long.",
        "Severity, priorities and the next incident of the kind are weighed by figures: users, "
        "requests, percent, minutes, money (명, 건, %, 분, 원). `All users` is one; where it is "
        "not known, say so. In an imported entry it is a note.",
        "## Impact\n\nUsers could not sign in.",
        "## Impact\n\nOf 5,000 users 20% could not sign in for 86 minutes.",
        _impact_without_figure,
    ),
    Rule(
        "KB402",
        "cause-is-a-person",
        "substance",
        "warning",
        "The root cause does not stop at somebody's mistake.",
        "`Human error` and 담당자 실수 end the search where it begins: people will slip again, and "
        "what let the slip through is still there. The rule is silent where the text goes on to "
        "say what that was.",
        _PERSON_CAUSE,
        "## Root cause\n\nThe tool took the primary for the standby, and asked for no confirmation "
        "before it deleted the data. The runbook does not say how to tell the two apart.",
        _cause_is_a_person,
    ),
    Rule(
        "KB403",
        "cause-repeats",
        "substance",
        "warning",
        "The root cause says more than the summary or the title.",
        "A cause in the very words of the summary was copied, not looked for. The summary names "
        "it; the section explains it. In an imported entry it is a note.",
        "## Summary\n\nNobody could sign in. A link between two sites dropped packets.\n\n"
        "## Root cause\n\nA link between two sites dropped packets.",
        "## Summary\n\nNobody could sign in. A link between two sites dropped packets.\n\n"
        "## Root cause\n\nThe optics of the link were worn out. Nothing watched for lost packets, "
        "and traffic had no other way.",
        _cause_repeats,
    ),
    Rule(
        "KB404",
        "thin-cause",
        "substance",
        "warning",
        "The root cause is at least a sentence.",
        "`Bad deploy` and 네트워크 오류 name the trigger or the class, which the front matter has "
        "already. In an imported entry it is a note.",
        "## Root cause\n\nNetwork error.",
        "## Root cause\n\nThe link's optics were worn out, and traffic had no other way. Nothing "
        "watched for lost packets.",
        _thin_cause,
    ),
    Rule(
        "KB405",
        "single-cause",
        "substance",
        "note",
        "The root cause of a sev1 or sev2 takes more than one sentence.",
        "Large incidents have several conditions: one made it possible, one set it off, another "
        "hid it. Told where the front matter has one cause and the section one sentence.",
        "severity: sev1\ncauses: [network]\n\n## Root cause\n\nA link between two sites dropped "
        "packets for an hour.",
        "severity: sev1\ncauses: [network]\n\n## Root cause\n\nA link between two sites dropped "
        "packets for an hour. Logins had no other way, and nothing watched the link.",
        _single_cause,
    ),
    Rule(
        "KB406",
        "outage-or-degraded",
        "substance",
        "note",
        "What only became slow is not called an outage.",
        "Titles are what people search and count. An outage is when it did not work (PagerDuty's "
        "guide says the same).",
        "title: Login outage on PC\n\n## Impact\n\nSigning in was slow for 20% of 5,000 users.",
        "title: Slow login on PC\n\n## Impact\n\nSigning in was slow for 20% of 5,000 users.",
        _outage_or_degraded,
    ),
    Rule(
        "KB407",
        "summary-sentences",
        "substance",
        "note",
        "A summary has at most five sentences.",
        "It is what everybody reads and most read nothing else: what failed, for whom, how long, "
        "why, and whether it is over.",
        "## Summary\n\n" + "Nobody could sign in on PC. " * 6,
        "## Summary\n\nNobody could sign in on PC from 10:54 to 12:20. A link was broken.",
        _many_sentences,
    ),
)
