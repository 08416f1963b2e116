"""Postgres and Redis out of wheels, for a laptop: nothing to install, nothing to configure, all of it under `var/`.

`DATABASE_URL` and `REDIS_URL` in the environment replace them, each on its own; nothing else differs.
`urls()` says where the servers are and starts nothing, so settings may call it at import.
`ensure()` brings them up; the entry points (manage.py, pytest) call it before Django loads.
"""

from sopdesk.embedded.errors import EmbeddedError
from sopdesk.embedded.servers import Urls, ensure, offline_command, stop, urls, wanted

__all__ = ["EmbeddedError", "Urls", "ensure", "offline_command", "stop", "urls", "wanted"]
