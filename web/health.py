"""Whether the application can answer, for whoever watches it: a load balancer, a probe.

`/healthz` is cheap enough to be asked every second. It asks the index, since that is what
answers, and says nothing of where it lies or why it fails; the log does. Only of an index on a
server it says why, since then it is that server which has to be looked at.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

import kb
from kb.errors import KbError
from web.current import knowledge, source
from web.freshness import SharedIndex

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def check() -> Response:
    """Status 200 where the index answers, else 503, in one shape.

    `status` is `ok`, `indexing` (nothing was indexed yet) or `unavailable`; `entries` is how
    many can be found, `index_version` changes with every change of index or kb.toml; `reason`
    is what is wrong with the server of a shared index.
    """
    version, entries, reason = "", 0, {}
    try:
        version = knowledge().state()
        entries = knowledge().search("", limit=0, facets=()).total_any
    except KbError as error:
        current_app.logger.warning("not healthy: %s", error)
        status = "unavailable"
        if isinstance(source(), SharedIndex):
            reason = {"reason": error.message}
    else:
        status = "ok" if version else "indexing"
    response = jsonify(
        status=status, entries=entries, index_version=version, version=kb.__version__, **reason
    )
    response.status_code = 200 if status == "ok" else 503
    response.headers["Cache-Control"] = "no-store"
    return response
