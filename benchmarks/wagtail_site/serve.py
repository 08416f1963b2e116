"""Serves one text as a Wagtail page and times it, in a process and an environment of its own.

Reads one JSON line: {"body": HTML, "links": how many pages to link to}. Then for each line with a number, gives back as
JSON how many milliseconds each of so many requests took. Ends with its input.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "wagtail_site.settings"

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from wagtail.models import Page, PageViewRestriction, Site  # noqa: E402
from wagtail_site.home.models import RulePage  # noqa: E402

ADDRESS = "/rule/"


def main() -> None:
    """Make the site, say that it is ready, then time as asked."""
    asked = json.loads(sys.stdin.readline())
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        browser = site_with(asked["body"], asked["links"])
        say({"status": browser.get(ADDRESS).status_code, "bytes": len(browser.get(ADDRESS).content)})
        for line in sys.stdin:
            say([timed(browser) for _ in range(int(line))])
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def site_with(body: str, links: int) -> Client:
    """A site whose rule is for people who signed in, with pages that it links to; and such a person's browser."""
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Rules", slug="rules"))
    Site.objects.all().delete()
    Site.objects.create(hostname="testserver", root_page=root, is_default_site=True)
    others = [root.add_child(instance=Page(title=f"Other {n}", slug=f"other-{n}")) for n in range(links)]
    for number, other in enumerate(others):
        body = body.replace(f'href="#other-{number}"', f'linktype="page" id="{other.pk}"')
    page = root.add_child(
        instance=RulePage(title="Rule", slug="rule", body=json.dumps([{"type": "text", "value": body}]))
    )
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    browser = Client()
    browser.force_login(get_user_model().objects.create_user("agent", password="agent"))  # noqa: S106
    return browser


def timed(browser: Client) -> float:
    begun = time.perf_counter()
    answer = browser.get(ADDRESS)
    took = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"the page answered {answer.status_code}")
    return took


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
