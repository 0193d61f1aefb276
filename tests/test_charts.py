"""The charts: what of pygal's drawing reaches a page, scales, labels."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import Bars, Layer, Range, Ranges, draw, position, roomy, shortened, steps

SVG = "{http://www.w3.org/2000/svg}"


def layer(name: str, *values: int) -> Layer:
    words = tuple(f"{name} {value}" for value in values)
    return Layer(name, values, words, tuple("/?q=a&b" for _ in values))


STANDING = Bars(960, 240, ("2023", "", "2024"), (layer("sev1", 1, 0, 3), layer("sev2", 2, 0, 0)))
LYING = Bars(960, 120, ("young", "old"), (layer("overdue", 1, 0), layer("open", 4, 2)), lying=True)
RANGES = Ranges(
    960,
    labels=("카카오톡", "GitHub"),
    kinds=("detect", "resolve"),
    ranges=(
        Range(0, "detect", 0, 60, "detected", "/a"),
        Range(0, "resolve", 60, 600, "resolved", "/b"),
        Range(1, "resolve", 10, 10, "once", "/c"),
    ),
    ticks=((0, "0 min"), (60, "1 h"), (600, "10 h")),
)
CHARTS = pytest.mark.parametrize("chart", [STANDING, LYING, RANGES], ids=["bars", "lying", "times"])


def drawn(chart: Bars | Ranges) -> ET.Element:
    return ET.fromstring(draw(chart, "title", "said"))


def of_layer(root: ET.Element, name: str, tag: str) -> list[ET.Element]:
    groups = root.iterfind(f".//{SVG}g[@class='layer layer-{name}']")
    return [found for group in groups for found in group.iter(f"{SVG}{tag}")]


@CHARTS
def test_a_chart_holds_nothing_that_the_security_policy_forbids(chart: Bars | Ranges) -> None:
    svg = draw(chart, "title", "said")
    assert not re.search(r"<style|<script|<\?xml|<!--|\bstyle=|\bon\w+=|xlink|//kozea|target=", svg)
    assert set(re.findall(r"https?://[^\"' <]+", svg)) == {"http://www.w3.org/2000/svg"}


@CHARTS
def test_a_chart_is_named_and_described_by_the_page(chart: Bars | Ranges) -> None:
    root = drawn(chart)
    assert root.get("role") == "graphics-document"
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == ("title", "said")
    assert "id" not in root.attrib


@CHARTS
def test_links_lead_on_say_so_and_stay_out_of_the_tab_order(chart: Bars | Ranges) -> None:
    links = list(drawn(chart).iter(f"{SVG}a"))
    assert links
    for link in links:
        assert link.get("href")
        assert link.get("tabindex") == "-1"
        assert link.findtext(f"{SVG}title")


@CHARTS
def test_a_chart_is_the_same_each_time(chart: Bars | Ranges) -> None:
    first = draw(chart, "title", "said")
    draw.cache_clear()
    assert draw(chart, "title", "said") == first


def test_bars_are_as_high_as_their_values_and_stand_on_each_other() -> None:
    first, third = of_layer(drawn(STANDING), "sev1", "rect")
    (upper,) = of_layer(drawn(STANDING), "sev2", "rect")
    heights = [float(bar.attrib["height"]) for bar in (first, third, upper)]
    assert heights[1] == pytest.approx(3 * heights[0], rel=0.01)
    assert heights[2] == pytest.approx(2 * heights[0], rel=0.01)
    assert float(upper.attrib["y"]) + heights[2] == pytest.approx(float(first.attrib["y"]), abs=0.3)


def test_the_first_lying_bar_is_on_top() -> None:
    young, old = sorted(
        of_layer(drawn(LYING), "open", "rect"), key=lambda bar: float(bar.attrib["y"])
    )
    assert float(young.attrib["width"]) == pytest.approx(2 * float(old.attrib["width"]), rel=0.01)
    texts = [text for text in drawn(LYING).iter(f"{SVG}text") if text.text in {"young", "old"}]
    by_height = sorted(texts, key=lambda text: float(text.attrib["y"]))
    assert [text.text for text in by_height] == ["young", "old"]


def test_a_range_has_a_dot_at_both_ends_and_a_single_time_only_one() -> None:
    dots = of_layer(drawn(RANGES), "resolve", "circle")
    assert [dot.get("class") for dot in dots] == ["low", "high", "low"]


def test_the_scale_of_times_is_logarithmic_and_zero_stands_on_its_left_end() -> None:
    root = drawn(RANGES)
    places = {text.text: float(text.attrib["x"]) for text in root.iter(f"{SVG}text")}
    (zero, hour) = [float(dot.attrib["cx"]) for dot in of_layer(root, "detect", "circle")]
    assert zero == places["0 min"]
    assert hour == places["1 h"]
    span = places["10 h"] - places["0 min"]
    assert (hour - zero) / span == pytest.approx(position(60) / position(600), abs=0.01)


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '" onload="alert(1)', "&amp;", "\N{HANGUL SYLLABLE GA}"],
)
def test_labels_and_words_are_escaped(hostile: str) -> None:
    bars = Bars(400, 100, (hostile,), (Layer("sev1", (1,), (hostile,), (f"/?q={hostile}",)),))
    root = drawn(bars)
    assert root.find(f".//{SVG}script") is None
    assert hostile in [title.text for title in root.iter(f"{SVG}title")]


def test_empty_charts_are_frames_without_an_error() -> None:
    assert list(drawn(Bars(960, 240, (), ())).iter(f"{SVG}rect")) == []
    assert list(drawn(Bars(960, 240, ("2024",), (layer("sev1", 0),))).iter(f"{SVG}rect")) == []


@given(st.integers(min_value=0, max_value=10**6))
def test_steps_are_few_whole_numbers_that_reach_the_highest(highest: int) -> None:
    marks = steps(highest)
    assert marks[0] == 0
    assert marks[-1] >= highest
    assert 2 <= len(marks) <= 6
    assert len({second - first for first, second in pairwise(marks)}) == 1


def test_labels_that_run_into_each_other_are_left_out_from_the_left() -> None:
    assert roomy([(0, "0 min"), (10, "1 min"), (200, "1 h")]) == ((10, "1 min"), (200, "1 h"))
    assert roomy([]) == ()


def test_a_label_is_cut_by_its_width_and_korean_letters_are_wide() -> None:
    assert shortened("payments-api", 200) == "payments-api"
    assert shortened("외국인고용관리시스템", 80) == "외국인고용…"
    assert len(shortened("employment-insurance", 80)) > len("외국인고용…")


def test_pygal_is_imported_only_when_something_is_drawn() -> None:
    code = "import sys, web.application; sys.exit('pygal' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
