"""Changes as they happen: from a commit to every open tab that may see it, in well under two seconds.

Triggers say on a channel of PostgreSQL which MQLs changed and who was told something (migration `0012_live`). One
connection per server process listens (`hub`) and fans it out to the process's tabs (`stream`), each of which hears of
what its user may read and nothing else. A tab costs a coroutine: no thread, and no connection to the database.
"""

from leads.live.stream import Live

__all__ = ["Live"]
