"""`manage.py audit_verify`: has anybody altered the record?"""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sopdesk.audit.recording import end, faults, stands


def noted_end(text: str) -> tuple[int, str]:
    """The end of the chain as this command printed it: "812:9f3a…"."""
    number, _sep, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError("give what audit_verify printed: NUMBER:HASH")
    return int(number), digest


class Command(BaseCommand):
    help = "Walk the whole audit chain and name every entry that was edited, deleted or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--noted", type=noted_end, metavar="NUMBER:HASH",
            help="an end of the chain that an earlier run printed and that was kept elsewhere",
        )  # fmt: skip

    def handle(self, *args: Any, noted: tuple[int, str] | None = None, **options: Any) -> None:
        found = list(faults())
        if noted and not stands(*noted):
            found.append(f"entry {noted[0]} is not the one that was noted: the whole chain was rewritten")
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"The audit chain is broken in {len(found)} places.")
        head = end()
        self.stdout.write(f"{head.number} entries, the chain is whole. Its end, to be noted elsewhere:")
        self.stdout.write(f"{head.number}:{head.hash}")
