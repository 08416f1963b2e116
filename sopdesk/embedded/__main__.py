"""`python -m sopdesk.embedded start|stop|status|urls`: the embedded servers by hand."""

import argparse
import sys

from sopdesk.embedded import EmbeddedError, ensure, stop, urls
from sopdesk.embedded.servers import SERVERS


def main() -> int:
    """Run one command; 0 when it did what was asked."""
    parser = argparse.ArgumentParser(prog="python -m sopdesk.embedded", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status", "urls"])
    parser.add_argument(
        "--force", action="store_true", help="stop the servers even while another process uses them"
    )
    options = parser.parse_args()
    if options.command == "start":
        started = ensure()
        print(
            f"Started {' and '.join(started)}."
            if started
            else "Nothing to start: what is needed runs already."
        )
    elif options.command == "stop":
        if not stop(even_if_used=options.force):
            print("Left running: another process uses the servers (--force stops them all the same).")
            return 1
    elif options.command == "status":
        for name, server in SERVERS.items():
            print(f"{name}: {'running' if server.running() else 'not running'} ({server.url()})")
    else:
        print(f"export DATABASE_URL='{urls().database}'\nexport REDIS_URL='{urls().redis}'")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(f"sopdesk.embedded: {error}")
