"""A new entry from the template: what is written is what is read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import document
from kb.errors import UsageError
from kb.model import REQUIRED_SECTIONS
from kb.new_entry import LONGEST_SLUG, entry_id, template
from kb.vocabulary import DEFAULT_VOCABULARY

DAY = date(2024, 7, 18)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("KakaoTalk login outage", "kakaotalk-login-outage"),
        ("  DNS: a (bad) typo!! ", "dns-a-bad-typo"),
        ("카카오톡 로그인 장애", "카카오톡-로그인-장애"),
        ("ＦＵＬＬ width", "full-width"),
        ("std::bad_alloc at 10.0.0.1", "std-bad-alloc-at-10-0-0-1"),
        ("a/../b\\c\0d", "a-b-c-d"),
        ("x" * 100, "x" * LONGEST_SLUG),
        ("word " * 30, "-".join(["word"] * 12)),
    ],
)
def test_an_id_is_the_day_and_the_words_of_the_title(title: str, slug: str) -> None:
    assert entry_id(title, DAY) == f"2024-07-18-{slug}"


@pytest.mark.parametrize("title", ["", "   ", "!!!", "🔥"])
def test_a_title_without_a_letter_is_refused(title: str) -> None:
    with pytest.raises(UsageError, match="no letter") as caught:
        entry_id(title, DAY)
    assert caught.value.remedy


@given(st.text())
def test_any_title_is_a_safe_file_name_or_refused(title: str) -> None:
    try:
        identifier = entry_id(title, DAY)
    except UsageError:
        return
    assert len(identifier.encode("utf-8", "surrogatepass")) <= 251
    assert not set(identifier) & set('/\\:*?"<>|\0\n')
    assert not identifier.endswith(("-", "."))


def test_a_draft_has_everything_an_entry_needs() -> None:
    text = template("A title", DAY, services=["api"], causes=["network"], timezone="Asia/Seoul")
    entry = document.parse(text.encode(), "2024/x.md", DEFAULT_VOCABULARY)
    assert entry.findings == ()
    assert (entry.title, entry.date, entry.services, entry.causes, entry.status) == (
        "A title",
        DAY,
        ("api",),
        ("network",),
        "draft",
    )
    assert set(REQUIRED_SECTIONS) <= {section.kind for section in entry.sections}
    assert (entry.timeline, entry.follow_ups) == ((), ())


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and name.isprintable()
)


@given(names, st.lists(names, max_size=3, unique_by=lambda name: name.casefold()))
def test_titles_and_services_are_read_back_as_typed(title: str, services: list[str]) -> None:
    text = template(title, DAY, services=services)
    entry = document.parse(text.encode(), "2024/x.md", DEFAULT_VOCABULARY)
    assert [finding for finding in entry.findings if finding.rule == "front-matter"] == []
    assert " ".join(entry.title.split()) == " ".join(document_text(title).split())
    assert len(entry.services) <= len(services)
    assert set(entry.services) <= set(map(document_text, services))
    assert entry.status == "draft"


def document_text(typed: str) -> str:
    """What any file gives back: letters composed."""
    from unicodedata import normalize

    return normalize("NFC", typed)


@pytest.mark.parametrize(
    "title", ['"quoted" \\ back', "a: b # c", "line\nbreak", "bell\x07", "- x"]
)
def test_no_title_breaks_the_front_matter(title: str) -> None:
    entry = document.parse(template(title, DAY).encode(), "2024/x.md", DEFAULT_VOCABULARY)
    assert entry.findings == ()
    assert entry.title == " ".join(title.replace("\x07", " ").split())
