"""One comment in a pull request of GitHub, written once and then brought up to date."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kb.review.reports.markdown import MARKER

_SECONDS = 20
_EACH_PAGE = 100
_MOST_PAGES = 30
_TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


class CommentError(Exception):
    """The comment could not be written; the message says why."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment goes.

    Attributes:
        api_url: of the code host, such as `https://api.github.com`, without a slash at the end.
        repository: `owner/name`.
        token: may write comments; never printed.
    """

    api_url: str
    repository: str
    number: int
    token: str = field(repr=False)

    def comment(self, text: str, *, worth_a_new_one: bool) -> str:
        """Write the text into our comment, or into a new one.

        Args:
            text: begins with `MARKER`.
            worth_a_new_one: whether to write it where there is no comment of ours yet.

        Returns:
            What was done: `updated`, `written` or `nothing`.

        Raises:
            CommentError: the code host did not take it.
        """
        if not self.token:
            raise CommentError("there is no token; give the action `token`")
        earlier = next((one["id"] for one in self._comments() if _is_ours(one)), None)
        if earlier is not None:
            self._ask("PATCH", f"issues/comments/{int(earlier)}", {"body": text})
            return "updated"
        if not worth_a_new_one:
            return "nothing"
        self._ask("POST", f"issues/{self.number}/comments", {"body": text})
        return "written"

    def _comments(self) -> Iterator[dict[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            where = f"issues/{self.number}/comments?per_page={_EACH_PAGE}&page={page}"
            found = self._ask("GET", where)
            if not isinstance(found, list):
                raise CommentError("the answer is no list of comments")
            yield from (one for one in found if isinstance(one, dict))
            if len(found) < _EACH_PAGE:
                return

    def _ask(self, method: str, where: str, sent: dict[str, str] | None = None) -> Any:  # noqa: ANN401 -- JSON
        if not self.api_url.startswith(("https://", "http://")):
            raise CommentError("the address of the code host is no web address")
        if not _REPOSITORY.fullmatch(self.repository):
            raise CommentError("the repository has no usable name")
        request = urllib.request.Request(  # noqa: S310 -- a web address, as looked at above
            f"{self.api_url}/repos/{self.repository}/{where}",
            data=None if sent is None else json.dumps(sent).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "User-Agent": "kb-review",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise CommentError(f"the code host answered {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:
            raise CommentError(str(getattr(error, "reason", error))) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the token is for one host."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""


def _is_ours(comment: dict[str, Any]) -> bool:
    """Whether we wrote it: anybody can write our mark, so the author counts as well."""
    author = comment.get("user") or {}
    trusted = author.get("type") == "Bot" or comment.get("author_association") in _TRUSTED
    return trusted and str(comment.get("body") or "").startswith(MARKER)
