"""`manage.py rebuild_search_index`: the index anew from the versions, if ever it is in doubt."""

from typing import Any

from django.core.management.base import BaseCommand

from sopdesk.documents import indexing


class Command(BaseCommand):
    help = "Make the search index anew from the versions in force and scheduled; people can search meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{indexing.rebuild()} documents indexed.")
