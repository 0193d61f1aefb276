"""Writes entries that look like a team's own, as many as wanted: what the benchmarks run on.

    python tests/benchmarks/generator.py --count 10000 --to DIR

Entries are Korean, English and mixed in turn, about 2.4 KB each, with front matter, all
sections, a timeline and follow-ups. A few words are in nearly all of them and most words in
very few, and every thousand entries brings new ones, as in real text: without that an engine's
speed says little. An entry depends on its number and the seed alone, so a larger collection
begins with the smaller one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.benchmarks import material

_Item = TypeVar("_Item")

LANGUAGES = ("ko", "en", "mixed")
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 4200
NEW_NAMES = 0.6
"""Exponent of the Pareto law that made-up names follow, and so of how their number grows."""

SEVERITIES = ("sev3", "sev2", "sev4", "sev1")
STATUSES = ("published", "in-review", "draft")
DETECTED_BY = ("alert", "customer", "staff", "partner", "audit")
TRIGGERS = (
    "deploy config-push traffic-change provider-change maintenance scheduled-job expiry "
    "hardware-event attack data-load manual-action none unknown"
).split()
HEADINGS = {
    "en": ("Summary", "Impact", "Timeline", "Root cause", "Response", "Follow-ups"),
    "ko": ("요약", "영향", "타임라인", "원인", "대응", "후속 조치"),
}
SENTENCES = {
    "en": (material.SUMMARY, material.IMPACT, material.ROOT_CAUSE, material.RESPONSE),
    "ko": (
        material.SUMMARY_KO,
        material.IMPACT_KO,
        material.ROOT_CAUSE_KO,
        material.RESPONSE_KO,
    ),
}
_PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "였다": ("이었다", "였다"),
}


class Word(str):
    """A word in a slot: `{word:은}` adds the fitting particle, `{word:^}` begins a sentence."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        if form == "^":
            return self[:1].upper() + self[1:]
        if form:
            return self + _PARTICLES[form][not self._ends_in_consonant(form)]
        return str(self)

    def _ends_in_consonant(self, form: str) -> bool:
        """As the word is read aloud in Korean; for 으로 a final ㄹ counts as a vowel."""
        letters = [letter for letter in self if letter.isalnum()]
        last = letters[-1].lower() if letters else ""
        if "가" <= last <= "힣":
            final = (ord(last) - ord("가")) % 28
            return final != 0 and not (form == "으로" and final == 8)
        return last in ("036mnkptb" if form == "으로" else "013678lmnkptb")


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the made-up company, as `kb.toml` has it."""

    id: str
    label: str
    korean: str
    owner: str


def services() -> tuple[Service, ...]:
    """The services that entries name: always the same forty."""
    rows = zip(material.SERVICE_STEMS, material.SERVICE_KOREAN, strict=True)
    return tuple(
        Service(
            id=f"{stem}-{material.SERVICE_TAILS[number % 7]}",
            label=f"{stem.replace('-', ' ').title()} {material.SERVICE_TAILS[number % 7]}",
            korean=korean,
            owner=material.TEAMS[number % len(material.TEAMS)],
        )
        for number, (stem, korean) in enumerate(rows)
    )


def generate(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield path (`2021/2021-03-04-...-00017.md`) and Markdown text of so many entries."""
    for number in range(count):
        yield entry(number, seed)


def entry(number: int, seed: int = 1) -> tuple[str, str]:
    """The path and Markdown text of one entry."""
    return _Entry(number, seed).written()


def configuration() -> str:
    """The `kb.toml` that belongs to the entries."""
    lines = ["[services]"]
    for one in services():
        about = f'label = "{one.label}", owner = "{one.owner}", aliases = ["{one.korean}"]'
        lines.append(f"{one.id} = {{ {about} }}")
    return "\n".join(lines) + "\n"


def write(count: int, folder: Path, seed: int = 1) -> int:
    """Write `kb.toml` and so many entries into a folder; returns how many bytes the entries are."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kb.toml").write_text(configuration(), encoding="utf-8")
    size = 0
    for path, text in generate(count, seed):
        data = text.encode()
        size += len(data)
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    return size


@cache
def _zipf(length: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / place for place in range(1, length + 1)))


def _name(rank: int) -> str:
    """The made-up name of a rank, from 0: every rank has its own."""
    syllables = material.SYLLABLES
    rank += len(syllables)
    made = ""
    while rank:
        rank, digit = divmod(rank, len(syllables))
        made += syllables[digit]
    return made


class _Entry:
    """One entry while it is being written: its random numbers, its times, what its slots hold."""

    def __init__(self, number: int, seed: int) -> None:
        self.random = Random(f"{seed}/{number}")
        self.number = number
        self.language = LANGUAGES[number % len(LANGUAGES)]
        home, zone = (9, "Asia/Seoul") if self.language != "en" else (0, "UTC")
        self.zone = zone
        self.services = self._several(services(), 2)
        self.other = self.services[-1] if len(self.services) > 1 else self._often(services())
        self.causes = self._several(tuple(material.FAULTS), 2)
        start = FIRST_DAY + timedelta(days=self.random.randrange(DAYS), minutes=self._below(1440))
        self.times = [start.astimezone(timezone(timedelta(hours=home)))]
        for typical in (2.0, 3.0, 3.3):  # exp(2) is 7 minutes, exp(3.3) is 27
            minutes = 1 + min(3000, int(self.random.lognormvariate(typical, 1.0)))
            self.times.append(self.times[-1] + timedelta(minutes=minutes))
        self.symptom = self.random.choice(material.SYMPTOMS)
        self.fault = self.random.choice(material.FAULTS[self.causes[0]])

    def written(self) -> tuple[str, str]:
        day = self.times[0].date().isoformat()
        stem = f"{day}-{self.services[0].id}-{self.causes[0]}-{self.number:05d}"
        text = f"---\n{self._front_matter()}---\n\n{self._body()}"
        return f"{day[:4]}/{stem}.md", text

    def _front_matter(self) -> str:
        started, detected, mitigated, resolved = (time.isoformat() for time in self.times)
        title = self._fill(
            "{service_ko} {symptom}: {fault}"
            if self._section_language() == "ko"
            else "{service} {symptom} after {fault}"
        )
        lines = [
            f"title: {json.dumps(title, ensure_ascii=False)}",
            f"date: {started[:10]}",
            f"services: [{', '.join(one.id for one in self.services)}]",
            f"causes: [{', '.join(self.causes)}]",
            f"severity: {self._often(SEVERITIES)}",
            f"status: {self._often(STATUSES)}",
            f"timezone: {self.zone}",
            f"started: {started}",
            f"detected: {detected}",
            f"mitigated: {mitigated}",
            f"resolved: {resolved}",
            f"trigger: {self._often(TRIGGERS)}",
            f"detected_by: {self._often(DETECTED_BY)}",
            f"authors: [{', '.join(self._several(material.PEOPLE, 3))}]",
            f"tags: [{', '.join(self._several(material.TAGS, 4))}]",
        ]
        if self._below(3) == 0:
            lines += [
                "sources:",
                f"  - title: {self._often(material.TECHNOLOGY)} incident report",
                "    publisher: Example status page",
                f"    url: https://status.example.com/incidents/{self._made_up()}",
            ]
        return "\n".join(lines) + "\n"

    def _body(self) -> str:
        parts = []
        language = self._section_language()
        for place, heading in enumerate(HEADINGS["en"]):
            if self.language == "mixed":
                language = self._section_language()
            title = HEADINGS[language][place]
            parts.append(f"## {title}\n\n{self._section(heading, language)}\n")
        return "\n".join(parts)

    def _section(self, heading: str, language: str) -> str:
        if heading == "Timeline":
            return self._timeline(language)
        if heading == "Follow-ups":
            return self._follow_ups(language)
        kinds = ("Summary", "Impact", "Root cause", "Response")
        choice = SENTENCES[language][kinds.index(heading)]
        how_many = 2 + self._below(2) + (heading == "Root cause")
        sentences = [self._fill(one, language) for one in self.random.sample(choice, how_many)]
        if heading == "Impact":
            return "\n".join(f"- {one}" for one in sentences)
        return " ".join(sentences)

    def _timeline(self, language: str) -> str:
        events = material.EVENTS if language == "en" else material.EVENTS_KO
        started, detected, mitigated, resolved = self.times
        rows = [(started, "started"), (detected, "detected")]
        gap = (mitigated - detected) / 5
        rows += [(detected + gap * step, "between") for step in range(1, 3 + self._below(3))]
        rows += [(mitigated, "mitigated"), (resolved, "resolved")]
        zone = "KST" if self.zone == "Asia/Seoul" else "UTC"
        return "\n".join(
            f"- {time:%Y-%m-%d %H:%M} {zone} — "
            + self._fill(self.random.choice(events[kind]), language)
            for time, kind in rows
        )

    def _follow_ups(self, language: str) -> str:
        choice = material.FOLLOW_UPS if language == "en" else material.FOLLOW_UPS_KO
        lines = []
        for sentence in self.random.sample(choice, 2 + self._below(2)):
            team = self._often(material.TEAMS)
            due = self.times[0].date() + timedelta(days=7 + self._below(90))
            done = "x" if self._below(2) else " "
            ticket = f"{team[:3].upper()}-{self._below(9000)}"
            task = self._fill(sentence, language)
            lines.append(f"- [{done}] {task} — owner: {team} team, due: {due}, ticket: {ticket}")
        return "\n".join(lines)

    def _fill(self, sentence: str, language: str = "") -> str:
        """The sentence with its slots filled; a fault brings slots of its own."""
        korean = (language or ("ko" if "_ko}" in sentence else "en")) == "ko"
        slots = self._slots(korean)
        slots["fault"] = Word(self.fault[korean].format_map(slots))
        return sentence.format_map(slots)

    def _slots(self, korean: bool) -> dict[str, Word]:  # noqa: FBT001 - private, one caller
        service = self.services[0]
        made_up = self._made_up()
        regions = self._several(material.REGIONS, 1) + self._several(material.REGIONS, 1)
        suffix = self.random.choice(("Handler", "Pool", "Client", "Worker", "Cache"))
        option = self.random.choice(("max_idle", "timeout_ms", "batch-size", "retries", "ttl"))
        times = {f"t{place}": f"{time:%H:%M}" for place, time in enumerate(self.times)}
        values = times | {
            "service": service.id,
            "service_ko": service.korean,
            "service2": self.other.id,
            "symptom": self.symptom[korean],
            "host": f"{self.random.choice(self.services).id}-{1 + self._below(40)}",
            "region": regions[0],
            "region2": regions[1],
            "error": self._often(material.ERRORS),
            "technology": self._often(material.TECHNOLOGY),
            "team": f"the {self._often(material.TEAMS)} team",
            "team_ko": self._often(material.TEAMS_KOREAN),
            "person": self._often(material.PEOPLE),
            "codename": made_up.title(),
            "symbol": made_up.title() + suffix,
            "key": f"{self._made_up()}.{option}",
            "table": f"{self._made_up()}_{self._often(material.TAGS).replace('-', '_')}",
            "code": f"{made_up[:2].upper()}{1000 + self._below(9000)}",
            "version": f"{self._below(9)}.{self._below(30)}.{self._below(12)}",
            "rack": f"{self._below(40)}-{self._below(48)}",
            "percent": str(1 + self._below(98)),
            "minutes": str(int((self.times[3] - self.times[0]).total_seconds() // 60)),
            "small": str(2 + self._below(48)),
            "count": f"{int(self.random.lognormvariate(7, 1.6)) + 50:,}",
            "year": str(2012 + self._below(14)),
        }
        return {slot: Word(value) for slot, value in values.items()}

    def _section_language(self) -> str:
        if self.language == "mixed":
            return self.random.choice(("ko", "en"))
        return self.language

    def _below(self, limit: int) -> int:
        return self.random.randrange(limit)

    def _made_up(self) -> str:
        """A made-up name: a few of them often, most of them once."""
        return _name(min(int(self.random.paretovariate(NEW_NAMES)) - 1, 10**6))

    def _often(self, items: Sequence[_Item]) -> _Item:
        """One of the items, the earlier ones more often, as words are by Zipf's law."""
        return self.random.choices(items, cum_weights=_zipf(len(items)))[0]

    def _several(self, items: Sequence[_Item], most: int) -> list[_Item]:
        """One to `most` different items, the earlier ones more often."""
        picked = {self._often(range(len(items))): None for _ in range(1 + self._below(most))}
        return [items[place] for place in picked]


def main() -> None:
    """Write a folder of entries."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=10000, help="how many entries")
    parser.add_argument("--to", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    size = write(options.count, options.to, options.seed)
    mean = size / max(options.count, 1)
    print(f"{options.count} entries, {size / 1e6:.1f} MB, {mean:.0f} bytes each: {options.to}")


if __name__ == "__main__":
    main()
