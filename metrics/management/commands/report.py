"""manage.py report METRIC --by DIMENSION[,…] --from DAY --to DAY [--filter k=v]… [--json|--csv], or --definitions."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from metrics import asking, describing
from metrics.asking import Line
from metrics.definitions import Unit
from metrics.filters import Period
from metrics.levels import Refused
from sopdesk.listing.spreadsheet import neutralised

# What of the small print is no count (metrics/small_print.py).
SHARES: Final = ("response_rate", "by_source", "measured_on")
DURATIONS: Final = ("median", "p90")
FIGURES: Final = ("value", "n", "low", "high", "excluded", "not_measured")


class Command(BaseCommand):
    help = "Print the figures of a metric, those that the dashboards show: value, n, interval, what was left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "metric", nargs="?", help="Such as csat, sla_reply, aht. --definitions lists all."
        )
        parser.add_argument("--by", default="", help="Dimensions, with commas between: team,channel")
        parser.add_argument("--from", dest="first", type=_day, help="The first day, as YYYY-MM-DD.")
        parser.add_argument("--to", dest="last", type=_day, help="The last day, included.")
        parser.add_argument(
            "--filter", action="append", default=[], metavar="DIMENSION=VALUE",
            help="Several of one dimension are alternatives.",
        )  # fmt: skip
        parser.add_argument("--definitions", action="store_true", help="What there is, and what it means.")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true")
        form.add_argument("--csv", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["definitions"]:
            self.define(as_json=options["json"])
            return
        if not options["metric"] or not options["first"] or not options["last"]:
            raise CommandError(
                "Name a metric, and the days by --from and --to. --definitions lists all there is."
            )
        if options["first"] > options["last"]:
            raise CommandError("The first day is after the last.")
        by = [key for key in options["by"].split(",") if key]
        try:
            lines = asking.report(
                None, options["metric"], by=by, period=Period(options["first"], options["last"]),
                narrow=_narrow(options["filter"]), with_small_print=True,
            )  # fmt: skip
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asking.lines_as_facts(lines), ensure_ascii=False, indent=2))
        elif options["csv"]:
            self.write_csv(lines, by)
        else:
            self.write_table(lines, by)

    def define(self, *, as_json: bool) -> None:
        found = describing.definitions()
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for one in found["metrics"]:
            self.stdout.write(f"{one['key']:<16}{one['label']}: {one['formula']}")
        self.stdout.write("\nBy: " + ", ".join(one["key"] for one in found["dimensions"]))

    def write_csv(self, lines: list[Line], by: list[str]) -> None:
        writer = csv.writer(self.stdout)
        head = [*by, "metric", *FIGURES, *_beside(lines)]
        writer.writerow(head)
        for facts in asking.lines_as_facts(lines):
            writer.writerow("" if facts[name] is None else neutralised(str(facts[name])) for name in head)

    def write_table(self, lines: list[Line], by: list[str]) -> None:
        beside = _beside(lines)
        rows = [[*by, *(name.replace("_", " ") for name in (*FIGURES, *beside))]]
        for line in lines:
            figure = line.figure
            values = [_said(value, figure.metric.unit) for value in (figure.value, figure.low, figure.high)]
            if figure.is_small:
                values[0] = "too few"
            counts = [
                "–" if n is None else str(n) for n in (figure.n_told, figure.excluded, figure.not_measured)
            ]
            small = [_small(name, line.beside.get(name), figure.metric.unit) for name in beside]
            rows.append([*line.keys.values(), values[0], *counts[:1], *values[1:], *counts[1:], *small])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.stdout.write("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _narrow(filters: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in filters:
        key, equals, value = one.partition("=")
        if not equals:
            raise CommandError(
                f"“{one}” is not a filter. Write it as dimension=value, such as team=payments."
            )
        found.setdefault(key, []).append(value)
    return found


def _beside(lines: list[Line]) -> list[str]:
    """What the small print of these figures has a name for."""
    return [*lines[0].beside] if lines else []


def _small(name: str, value: float | None, unit: Unit) -> str:
    """A number of the small print: a share where it is one, a duration beside durations, a count else."""
    if name in SHARES:
        return _said(value, Unit.SHARE)
    return _said(value, unit if name in DURATIONS else Unit.COUNT)


def _said(value: float | None, unit: Unit) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if unit is Unit.SHARE else f"{value:,.0f}" + (" s" if unit is Unit.SECONDS else "")
