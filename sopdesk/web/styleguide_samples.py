"""What the style guide shows: believable figures and words, none of them from a database."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from sopdesk.listing import Head
from sopdesk.text.figures import clock, points, share
from sopdesk.text.states import LOOKS

CUT_OVER = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)

SOPS: list[dict[str, Any]] = [
    {
        "key": "SOP-0042",
        "title": "Refund of in-app purchases",
        "state": "in_force",
        "owner": "Ana Lim",
        "tickets": 1640,
        "csat": 0.862,
        "aht": 400,
        "delta": -0.061,
    },
    {
        "key": "SOP-0017",
        "title": "Account recovery after a lost phone",
        "state": "unverified",
        "owner": "Ben Osei",
        "tickets": 982,
        "csat": 0.714,
        "aht": 731,
        "delta": -0.098,
    },
    {
        "key": "SOP-0011",
        "title": "Unauthorised payment",
        "state": "scheduled",
        "owner": "Ana Lim",
        "tickets": 455,
        "csat": 0.803,
        "aht": 1202,
        "delta": 0.012,
    },
    {
        "key": "SOP-0031",
        "title": "تقرير عن مضايقة",
        "state": "in_review",
        "owner": "Carla Neri",
        "tickets": 310,
        "csat": None,
        "aht": 3725,
        "delta": None,
    },
    {
        "key": "SOP-0008",
        "title": "Creator payout on hold because the tax form does not match the account holder",
        "state": "overdue",
        "owner": "Ben Osei",
        "tickets": 12874,
        "csat": 0.655,
        "aht": 845,
        "delta": -0.004,
    },
]


class SampleFilter(forms.Form):
    """A filter bar as django-filter makes one."""

    q = forms.CharField(label=_("Title or key"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any state")), ("in_force", LOOKS["in_force"].word)]
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False, choices=[("", _("anybody")), ("me", _("me"))])


class SampleListing:
    """Looks like a Listing, out of the list above, repeated over pages."""

    problems = ()
    is_filtered = True

    def __init__(self, params: QueryDict) -> None:
        self.params = params
        self.sort = "-tickets"
        self.filters = SimpleNamespace(form=SampleFilter(params))
        self._paginator = Paginator([SimpleNamespace(**row) for row in SOPS] * 86, len(SOPS))
        self.page = self._paginator.page(3)
        self.rows = self.page.object_list
        self.total = self._paginator.count
        self.pages = [1, 2, 3, 4, "…", 86]

    def head(self, name: str) -> Head:
        return Head(name, "descending" if name == "tickets" else "none", name)


class SampleForm(forms.Form):
    """A form with one of each control."""

    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("What an agent would look for."))
    why = forms.CharField(label=_("Why"), widget=forms.Textarea({"rows": 3}), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of change"),
        widget=forms.RadioSelect,
        choices=[("material", _("Material: readers read it again")), ("editorial", _("Editorial"))],
    )
    starts = forms.DateTimeField(
        label=_("In force from"),
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text=_("Dublin time."),
    )
    team = forms.ChoiceField(
        label=_("Readers"), choices=[("all", _("all staff")), ("teams", _("named teams"))]
    )
    file = forms.FileField(label=_("Evidence"), required=False)
    tell = forms.BooleanField(label=_("Tell all readers"), required=False)


def tiles() -> list[dict[str, Any]]:
    """Figures as a dashboard shows them."""
    worse, better = {"change_tone": "red"}, {"change_tone": "green"}
    up, down = {"change_icon": "trending-up"}, {"change_icon": "trending-down"}
    return [
        {
            "name": _("CSAT"),
            "value": share(0.842),
            "n": 9214,
            "interval": "83.4–84.9",
            "change": points(-0.013),
        }
        | worse
        | down,
        {"name": _("SLA, first reply"), "value": share(0.91), "n": 11502, "note": _("312 breached, 14 open")},
        {"name": _("AHT"), "value": clock(412), "n": 8107, "change": f"+{clock(18)}"}
        | {"note": _("p90 14:10, measured on 71 % of tickets")}
        | worse
        | up,
        {"name": _("Reopened"), "value": share(0.051), "n": 9870, "change": points(-0.004)}
        | {"note": _("tickets solved up to 21 Oct")}
        | better
        | down,
    ]


OLD_TEXT = """## Verify the account owner

Ask for the order number and the e-mail address. Refund the purchase when it was made within 14 days and the item was
not used up.

Say when the money arrives: 5 working days.

## Ask a lead {#escalate}

Hand over with the note of the run.

## Vouchers

Offer a voucher of the same value first.

## Limits

Ask a **lead** above the limit of [the team](#teams).

| Country | Limit | Answer |
|---|---:|---|
| Germany | 50 | 1 day |
| France | 60 | 1 day |
| Spain | 60 | 2 days |

- Refund to the card
- Never in cash

## Note for the ticket

Refund given, reason, order number.
"""
NEW_TEXT = """## Verify the account owner

Ask for the order number and the e-mail address. Refund the purchase when it was made within 30 days and the item was
not used up.

Say when the money arrives: usually within 5 working days.

## Escalate to Payments {#escalate}

Hand over with the note of the run.

## When the buyer is a minor

Do not ask for a copy of an identity card. Go to the guardian path.

## Limits

Ask a lead above the limit of [the team](#team-limits).

| Country | Limit | Answer | Who |
|---|---:|---|---|
| Germany | 55 | 1 day | lead |
| France | 60 | **1 day** | lead |
| Italy | 40 | 1 day | site |

1. Refund to the card
2. Never in cash

## Note for the ticket

Refund given, reason, order number.
"""


def jobs() -> list[SimpleNamespace]:
    """One job of each state."""
    return [
        SimpleNamespace(
            pk=1, state="running", progress_done=18240, progress_total=24918, unit=_("rows"), error=""
        ),
        SimpleNamespace(
            pk=2, state="done", progress_done=24918, progress_total=24918, unit=_("rows"), error=""
        ),
        SimpleNamespace(
            pk=3,
            state="failed",
            progress_done=812,
            progress_total=None,
            unit=_("rows"),
            error=_("Row 813 has 14 columns, the head has 12. Nothing after row 812 was taken in."),
        ),
    ]


def series() -> dict[str, Any]:
    """A year of weeks of CSAT with its interval, and where SOPs were published."""
    weeks = [date(2026, 5, 4) + timedelta(weeks=n) for n in range(28)]
    values = [0.846 + 0.012 * ((n * 7) % 5 - 2) / 2 - (0.035 if n > 20 else 0) for n in range(28)]
    return {
        "x": [week.isoformat() for week in weeks],
        "series": [
            {
                "name": str(_("CSAT")),
                "values": values,
                "low": [v - 0.014 for v in values],
                "high": [v + 0.013 for v in values],
            }
        ],
        "marks": [{"x": weeks[21].isoformat(), "name": "SOP-0017 v9"}],
        "format": "percent",
    }
