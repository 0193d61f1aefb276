"""What was sent to be compared: a text, or JSON that holds one."""

from __future__ import annotations

from flask import request

from kb.document.encodings import decode
from kb.errors import UsageError


def posted() -> tuple[str | None, str | None]:
    """The id and the text in the body of a request; one of them or both are None.

    The body is JSON where it says so (`{"text": ...}` or `{"id": ...}`), and any text in any
    usual encoding otherwise; how long it may be is the application's to say.

    Raises:
        UsageError: it is neither.
    """
    if request.is_json:
        try:
            return _in_json(request.get_json(silent=True))
        except RecursionError:  # brackets within brackets, thousands deep
            return _in_json(None)
    raw = request.get_data()
    try:
        text = decode(raw, request.mimetype_params.get("charset", "")).text
    except (UnicodeDecodeError, LookupError) as error:
        raise UsageError("The text that was sent cannot be read.", "Send it as UTF-8.") from error
    return None, text if text.strip() else None


def _in_json(document: object) -> tuple[str | None, str | None]:
    example = 'Send {"text": "..."} or {"id": "..."}, or the text alone as text/plain.'
    if not isinstance(document, dict):
        raise UsageError("What was sent is no JSON object.", example)
    for name in ("id", "text"):
        if not isinstance(document.get(name), str | None):
            raise UsageError(f"The {name} that was sent is no text.", example)
    # JSON can spell half a character, which no file and no index holds.
    found = {name: (document.get(name) or "").encode("utf-8", "replace") for name in ("id", "text")}
    return found["id"].decode().strip() or None, found["text"].decode().strip() or None
