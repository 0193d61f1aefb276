"""What readers see follows the entries, and no request waits for it.

    entries/ --sync--> the index --set aside--> a state --opened, warmed--> answers
               the keeper, a process              the follower, in each worker

news       what the keeper tells the followers, in one small file
keeper     one process looks at the folder, brings the index up to date, sets each state aside
follower   each process that answers opens the newest state in the background and changes over

An index on a server, the same for several machines, has no states to set aside:

shared_index   each process that answers asks the server; the keeper only brings it up to date

A request asks one state from its first line to its last, so it sees the old or the new.
"""

from __future__ import annotations

from web.freshness.follower import Follower
from web.freshness.keeper import Keeper, own_folder
from web.freshness.news import News
from web.freshness.shared_index import SharedIndex

__all__ = ["Follower", "Keeper", "News", "SharedIndex", "own_folder"]
