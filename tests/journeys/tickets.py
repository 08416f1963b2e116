"""A small file of tickets as a helpdesk gives it, for the journey of the analyst."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from django.utils import timezone

COLUMNS = (
    "external_id", "status", "created_at", "updated_at", "channel", "priority", "type", "team", "market", "labels",
    "first_public_reply_at", "first_solved_at", "last_solved_at", "closed_at", "reopen_count", "rating",
    "rating_scale", "rating_offered_at", "rated_at", "talk_s", "wrap_s", "active_s", "handled_at",
)  # fmt: skip


def tickets_csv(number: int = 60) -> str:
    """So many solved chats of the team Payments in the last two weeks; every fourth customer is unhappy."""
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS)
    rows.writeheader()
    for n in range(number):
        created = timezone.now() - timedelta(days=2 + n % 12, hours=n % 7)
        replied, solved = created + timedelta(minutes=5 + n % 9), created + timedelta(hours=2)
        stamps = {
            "created_at": created, "first_public_reply_at": replied, "first_solved_at": solved,
            "last_solved_at": solved, "closed_at": solved + timedelta(days=1), "updated_at": solved + timedelta(days=1),
            "rating_offered_at": solved, "rated_at": solved + timedelta(hours=1), "handled_at": solved,
        }  # fmt: skip
        rows.writerow(
            {
                "external_id": f"T-{n}", "status": "closed", "channel": "chat",
                "priority": "normal", "type": "question",
                "team": "payments", "market": "IE", "labels": "refund-request", "reopen_count": 0,
                "rating": 1 if n % 4 == 0 else 5, "rating_scale": "1_5", "talk_s": 300 + n, "wrap_s": 60,
                "active_s": 360 + n, **{name: stamp.isoformat() for name, stamp in stamps.items()},
            }
        )  # fmt: skip
    return written.getvalue()
