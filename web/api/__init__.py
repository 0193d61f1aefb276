"""The API under /api/: the JSON of the command line over HTTP, and its description.

operations, parameters    what can be asked, in one table
routes                    the views
posted                    what is sent to be compared
opensearch                suggestions for a browser's address bar
openapi                   the description, made from the table and `kb.shapes`
cross_origin              which other sites' scripts may read it
"""

from __future__ import annotations

from web.api.cross_origin import shared
from web.api.routes import blueprint

__all__ = ["blueprint"]

blueprint.after_app_request(shared)  # errors of addresses that no view has are answers too
