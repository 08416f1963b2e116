"""Rows as the answer to a request: a CSV file that a spreadsheet opens safely, written while it is sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from sopdesk.listing.spreadsheet import lines


def csv_file(name: str, rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    """`name`: of the file, without its ending; `rows`: the heads first."""
    answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
