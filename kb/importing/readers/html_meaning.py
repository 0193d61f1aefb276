"""What an element of a page stands for, told from its start tag: furniture, a task, bold text.

Navigation, banners and footers are recognised by the elements and roles that HTML has for them,
and by class names that stand for nothing else. Confluence, Notion, Google Docs and GitHub each
mark tasks and titles in their own way.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet

_FURNITURE = frozenset("nav footer button search dialog".split())
_FURNITURE_ROLES = frozenset(
    """
    navigation banner contentinfo search complementary dialog alertdialog menu menubar toolbar
    tooltip
    """.split()
)
_FURNITURE_NAME = re.compile(
    r"(?:(?:site|page|main|global|left|right|top|primary|secondary|post|blog|doc)[-_]?)?"
    r"(?:nav|navbar|navigation|navmenu|menu|menubar|sidebar|side-bar|breadcrumbs?|footer|masthead"
    r"|breadcrumb-section|skip-?(?:link|nav|to-content)|toc|toc-macro|table-?of-?contents"
    r"|cookies?|cookie-?(?:banner|consent|notice|bar|popup|message|law|policy|overlay)"
    r"|gdpr|consent|consent-banner|onetrust-[\w-]+|newsletter|subscribe|subscription-form"
    r"|share|sharing|share-?(?:bar|buttons?|links?)|social|social-?(?:links?|share|icons?|media)"
    r"|related|related-?(?:posts?|articles?)|recommended|pagination|pager|post-?navigation"
    r"|comments?-(?:section|area|container)|comments|disqus_thread|likes-and-labels-container"
    r"|advert|advertisement|ads?|banner-ad|print-hide|noprint"
    r"|sr-only|visually-hidden|screen-reader-text)"
    r"(?:[-_](?:container|wrapper|inner|list|bar|section))?",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden")
_NEVER_FURNITURE = frozenset(
    "html head body main article header form h1 h2 h3 h4 h5 h6 table tr td th title meta".split()
)
_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")
_DONE = frozenset({"checked", "checkbox-on"})


def classes_of(attributes: Mapping[str, str]) -> list[str]:
    """The class names of an element."""
    return attributes.get("class", "").split()


def is_furniture(name: str, attributes: Mapping[str, str], around: Collection[str]) -> bool:
    """Whether an element stands around the document and is no part of it.

    Args:
        name: of the element.
        attributes: of the element.
        around: names of the elements that it stands in.
    """
    if name in _NEVER_FURNITURE:
        return False
    if name == "aside":
        return "article" not in around and "main" not in around
    if name in _FURNITURE:
        return True
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    names = [*classes_of(attributes), attributes.get("id", "")]
    return (
        attributes.get("role") in _FURNITURE_ROLES
        or any(_FURNITURE_NAME.fullmatch(part) for part in names if part)
        or _HIDDEN.search(attributes.get("style", "")) is not None
    )


def is_bold(style: str) -> bool:
    """Whether a style makes its text bold."""
    return _BOLD.search(style) is not None


def written_as(name: str, attributes: Mapping[str, str], bold_classes: AbstractSet[str]) -> str:
    """The element to write for one of the page; an empty string where it means nothing."""
    classes = classes_of(attributes)
    if name in {"span", "font"}:
        if is_bold(attributes.get("style", "")) or not bold_classes.isdisjoint(classes):
            return "strong"
        return name if "selected-value" in classes else ""
    if name == "p" and "title" in classes:
        return "h1"
    if "data-task-state" in attributes:
        return "li"
    if name == "input" or "checkbox" in classes:
        return ""
    return "strong" if name == "b" else name


def box_of(name: str, attributes: Mapping[str, str], *, in_task_list: bool) -> str:
    """The check box that an element is or begins with, as Markdown; empty where it has none."""
    classes = classes_of(attributes)
    if name == "input" and attributes.get("type") == "checkbox":
        return _box(done="checked" in attributes)
    if "data-task-state" in attributes:
        return _box(done=attributes["data-task-state"] == "DONE")
    if "checkbox" in classes or (name == "li" and in_task_list):
        return _box(done=not _DONE.isdisjoint(classes))
    return ""


def _box(*, done: bool) -> str:
    return "[x] " if done else "[ ] "
