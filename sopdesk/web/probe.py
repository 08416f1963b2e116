"""`python -m sopdesk.web.probe URL`: exit 0 when it answers 200. A container's health check, with no curl in the image.

It asks under the first name in ALLOWED_HOSTS, for a request to the bare address would be refused.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

SECONDS = 4


def answers(url: str, host: str) -> bool:
    """True when `url` answers 200 to a request for `host` within SECONDS."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    first = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    sys.exit(0 if answers(sys.argv[1], first) else 1)
