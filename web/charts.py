"""Charts as SVG that stands in a page: bars that add up, and ranges of time on one scale.

pygal draws them: it is pure Python, has no dependency of weight and marks its parts with
classes. What it adds for a file of its own (styles, scripts, tooltips, identifiers) the
Content-Security-Policy of the site forbids or nothing here needs; it is taken out again, so that
colours come from `statistics.css` and follow the reader's choice of light or dark.

A chart is a picture for the eyes and the mouse. Its links cannot be reached with the tab key,
since the table that stands behind every chart holds the same ones.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import log10
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from markupsafe import Markup

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FONT_SIZE = 13
"""Of all text in a chart, in its units; `statistics.css` says the same."""
MOST_KEPT = 128
"""Charts that are kept drawn: some ten kilobytes each, two hundred at most."""

_TEXT_HEIGHT = FONT_SIZE + 6
_MOST_STEPS = 5
_ROUNDED = re.compile(r"(\d+\.\d)\d+")
_MEASURES = frozenset("x y width height cx cy r d transform viewBox".split())
_DROPPED = ("tooltip-overlay", "text-overlay", "titles", "background")


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of thing in every bar of a chart, in one colour.

    Attributes:
        name: names the colour: class `layer-NAME`.
        values: how many, a bar each.
        words: what to read where one points at it.
        addresses: where it leads.
    """

    name: str
    values: tuple[int, ...]
    words: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of layers that add up, side by side or one below the other.

    Attributes:
        width, height: in units of the drawing, which the page scales.
        labels: a bar each; an empty one leaves the bar without.
        layers: the first one stands at the base.
        lying: whether the bars lie, the first one on top.
    """

    width: int
    height: int
    labels: tuple[str, ...]
    layers: tuple[Layer, ...]
    lying: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Two lengths of time of one row, in minutes: a full dot, a line, a hollow dot."""

    row: int
    name: str
    low: int
    high: int
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges of time in rows on one scale, which begins at zero and is logarithmic.

    Attributes:
        kinds: the names of the ranges, in the order in which they stand in a row.
        ticks: (minutes, label), ascending; those that have no room are left out.
    """

    width: int
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    ranges: tuple[Range, ...]
    ticks: tuple[tuple[int, str], ...]


@lru_cache(MOST_KEPT)
def draw(chart: Bars | Ranges, title: str, description: str) -> Markup:
    """A chart as an `svg` element.

    Args:
        chart: what to draw; a chart without any value is an empty frame.
        title: the identifier of the element that names the chart.
        description: the identifier of the element that tells in words what it shows.
    """
    if isinstance(chart, Bars):
        drawing, names = _bars(chart), [one.name for one in chart.layers] or ["none"]
        form = "chart-lying" if chart.lying else "chart-standing"
    else:
        drawing, names, form = _ranges(chart), list(chart.kinds), "chart-ranges"

    def tidied(root: Element) -> Element:
        _tidy(root, names)
        said = {"aria-labelledby": title, "aria-describedby": description}
        root.attrib.update({"class": f"chart {form}", "role": "graphics-document", **said})
        return root

    drawing.add_xml_filter(tidied)
    return Markup(drawing.render())  # noqa: S704 -- written by an XML writer, which escapes


def position(minutes: int) -> float:
    """Where a length of time stands on the scale: log10(1 + minutes), so that zero has a place."""
    return log10(1 + minutes)


def steps(highest: int) -> tuple[int, ...]:
    """Round whole numbers for an axis from zero to at least the highest, six at most."""
    size = 1
    for factor in _growing():
        size = factor
        if size * _MOST_STEPS >= highest:
            break
    return tuple(range(0, max(highest, 1) + size, size))


def text_width(text: str) -> float:
    """About how wide a text is, in units of the drawing: Korean letters are as wide as high."""
    return FONT_SIZE * sum(1.0 if east_asian_width(one) in "WF" else 0.58 for one in text)


def shortened(text: str, width: float) -> str:
    """The text, cut with an ellipsis where it is wider than this."""
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept) + FONT_SIZE > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def roomy(places: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """The labels that do not run into each other; those further right win.

    Args:
        places: (middle of the label, label), ascending.
    """
    kept: list[tuple[float, str]] = []
    for place, label in reversed(places):
        if not kept or (
            kept[-1][0] - place >= (text_width(label) + text_width(kept[-1][1])) / 2 + FONT_SIZE / 2
        ):
            kept.append((place, label))
    return tuple(reversed(kept))


def _growing() -> Iterable[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


@cache
def _pygal() -> Any:  # noqa: ANN401 -- it has no types
    """The library without its import hook for plugins: Python warns of it at every import."""
    import pygal
    import pygal.style

    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not type(finder).__module__.startswith("pygal")
    ]
    return pygal


def _bars(chart: Bars) -> Any:  # noqa: ANN401 -- pygal has no types
    pygal = _pygal()
    highest = max(map(sum, _columns(chart)), default=0)
    marks = steps(highest)
    options = _options(chart.width, chart.height, chart.labels if chart.lying else ())
    kind = pygal.HorizontalStackedBar if chart.lying else pygal.StackedBar
    if chart.lying:
        options["show_x_guides"], options["show_y_guides"] = False, True
    drawing = kind(range=(0, marks[-1]), y_labels=marks, value_formatter=str, **options)
    labels = chart.labels[::-1] if chart.lying else chart.labels
    drawing.x_labels = labels
    if not chart.lying:
        drawing.show_minor_x_labels = False
        drawing.x_labels_major = [label for label in labels if label]
    for layer in chart.layers or (Layer("none", (), (), ()),):  # pygal needs one
        values = [
            {"value": value, "label": words, "xlink": {"href": address}} if value else None
            for value, words, address in zip(
                layer.values, layer.words, layer.addresses, strict=True
            )
        ]
        drawing.add(layer.name, values[::-1] if chart.lying else values)
    return drawing


def _columns(chart: Bars) -> Iterable[tuple[int, ...]]:
    return zip(*(layer.values for layer in chart.layers), strict=True)


def _ranges(chart: Ranges) -> Any:  # noqa: ANN401 -- pygal has no types
    pygal = _pygal()
    row_height = 14 * len(chart.kinds) + 6
    height = row_height * max(len(chart.labels), 1) + _TEXT_HEIGHT + 12
    options = _options(chart.width, height, chart.labels)
    last = position(chart.ticks[-1][0])
    scale = (chart.width - options["margin_left"] - max(map(text_width, chart.labels))) / last
    ticks = roomy([(position(minutes) * scale, label) for minutes, label in chart.ticks])
    drawing = pygal.XY(
        xrange=(0, last),
        range=(-0.5, len(chart.labels) - 0.5),
        allow_interruptions=True,
        show_x_guides=True,
        show_y_guides=False,
        dots_size=4,
        **options,
    )
    drawing.x_labels = [{"value": place / scale, "label": label} for place, label in ticks]
    top = len(chart.labels) - 1
    drawing.y_labels = [
        {"value": top - row, "label": label} for row, label in enumerate(chart.labels)
    ]
    for order, kind in enumerate(chart.kinds):
        lift = (len(chart.kinds) - 1) / 2 - order
        points: list[Mapping[str, Any] | None] = []
        for one in chart.ranges:
            if one.name == kind:
                high = top - one.row + lift * 0.27
                points.append(_dot(one, one.low, high, "low"))
                if one.high != one.low:  # else a hollow dot would hide the full one
                    points.append(_dot(one, one.high, high, "high"))
                points.append(None)
        drawing.add(kind, points)
    return drawing


def _dot(one: Range, minutes: int, high: float, name: str) -> Mapping[str, Any]:
    link = {"href": one.address}
    mark = {"class": name}
    return {
        "value": (position(minutes), high),
        "label": one.words,
        "xlink": link,
        "node": mark,
    }


def _options(width: int, height: int, labels: Sequence[str]) -> dict[str, Any]:
    """What all charts share; room on the left for labels that are wider than pygal thinks."""
    guessed = max((0.6 * FONT_SIZE * len(label) for label in labels), default=0.0)
    needed = max(map(text_width, labels), default=0.0)
    style = _pygal().style.Style(label_font_size=FONT_SIZE, major_label_font_size=FONT_SIZE)
    return {
        "width": width,
        "height": height,
        "style": style,
        "css": (),
        "js": (),
        "show_legend": False,
        "margin": 4,
        "margin_left": max(2, round(needed - guessed) + 2),
        "margin_right": 18,
        "spacing": 8,
        "truncate_label": -1,
        "no_data_text": "",
        "disable_xml_declaration": True,
    }


def _tidy(root: Element, names: Sequence[str]) -> None:
    """Take out of a drawing what the page forbids or does not need; name its parts."""
    for child in list(root):
        if _is_dropped(child):
            root.remove(child)
            continue
        _tidy(child, names)
        if child.tag == "g" and not len(child):
            root.remove(child)
        elif child.tag == "g" and len(child) == 1 and not child.attrib:
            root[list(root).index(child)] = child[0]
    label = next((one for one in root if one.tag == "desc"), None)
    if label is not None:
        label.tag = "title"
        label.attrib.clear()
    kept = {
        name: _ROUNDED.sub(r"\1", value) for name, value in root.attrib.items() if name in _MEASURES
    }
    address = next((value for key, value in root.attrib.items() if str(key).endswith("href")), None)
    if address is not None:
        kept |= {"href": address, "tabindex": "-1"}
    if root.tag == "svg" and "xmlns" in root.attrib:
        kept["xmlns"] = root.attrib["xmlns"]
    name = _class_of(root, names)
    if name:
        kept["class"] = name
    root.attrib.clear()
    root.attrib.update(kept)


def _is_dropped(node: Element) -> bool:
    """Whether a part is of no use here: comments, styles, scripts, data for pygal's own script."""
    if node.tag in {"defs", "title"} or callable(node.tag):  # a comment's tag is a function
        return True
    if node.tag == "rect" and not all(float(node.get(name) or 0) for name in ("width", "height")):
        return True  # a value of zero
    classes = node.get("class", "")
    if node.tag == "desc":
        return classes != "label"
    return any(name in classes.split() for name in _DROPPED)


def _class_of(node: Element, names: Sequence[str]) -> str:
    """The few classes that the stylesheet knows."""
    written = node.get("class", "").split()
    for first, second in pairwise(written):
        if first == "series":
            return f"layer layer-{names[int(second.removeprefix('serie-'))]}"
    if node.tag == "circle":
        return written[0] if written else ""
    if "axis" in written and node.tag == "g":
        return "axis-x" if "x" in written else "axis-y"
    if "guide" in written:
        return "guide"
    return "base" if "line" in written and "reactive" not in written else ""
