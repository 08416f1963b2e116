"""What a dashboard reads: parts that add up, by day and dimension, on several levels of detail.

    Cell     day × source × team × channel × priority × market × set of labels: each ticket once
    Rollup   day × source × team × channel × label; "" is every ticket once
    Week     the same by whole weeks and by blocks of four, for periods of many days (metrics/weeks.py)
    WeekCell cells by the same: by set of labels, and by priority × market
    Slice    day × source × team × channel × agent, and the same by macro
    Backlog  tickets that were open at the end of a day, by the day they were created; by agent and macros too
    TicketPart  no table: what the others are made of, worked out from the tickets when no level holds what is asked

All of them are made from tickets by metrics/rollups.py, whose own source and team are checked: checking again here
would double what a row costs. Which level answers a question: metrics/levels.py.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.models.parts import Parts
from metrics.models.tickets import Source, numbered
from metrics.querysets import FacetQuerySet, RollupQuerySet, TicketPartQuerySet
from sopdesk.accounts.models import Team


class Placed(models.Model):
    """Where a ticket belongs. `team` is ours; `team_name` is what the source called a team that is not."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    team_name = models.CharField(max_length=120, default="")
    channel = models.CharField(max_length=40, default="")

    class Meta:
        abstract = True


class Rollup(Placed, Parts):
    """One reporting day in one cell. `label` "" is every ticket once; another label, its tickets."""

    day = models.DateField()
    label = models.CharField(max_length=120)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [numbered("rollup_by_label_day", "label", "day")]

    def __str__(self) -> str:
        return f"{self.day} {self.team_name} {self.label}"


class Week(Placed, Parts):
    """The rollups of a whole week, or of a whole block of weeks, added up. `day` is its Monday, `weeks` how many; below
    zero it is of all teams and channels together (metrics/weeks.py), and would still count a team that is deleted:
    nothing in the product deletes one."""

    day = models.DateField()
    weeks = models.SmallIntegerField(default=1)
    label = models.CharField(max_length=120)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["label", "weeks", "day"], name="week_by_label_weeks_day")]

    def __str__(self) -> str:
        return f"week of {self.day} {self.team_name} {self.label}"


class Cell(Placed, Parts):
    """The finest level. `labels` is the whole set of a ticket's labels, so that each ticket is in one row only."""

    day = models.DateField()
    priority = models.CharField(max_length=40, default="")
    market = models.CharField(max_length=40, default="")
    labels = ArrayField(models.CharField(max_length=120), default=list)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [numbered("cell_by_day", "day")]

    def __str__(self) -> str:
        return f"{self.day} {self.priority} {self.market} {self.labels}"


class StaleWeek(models.Model):
    """A week of a source whose rows are behind its days (metrics/weeks_behind.py). `day` is its Monday."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="stale_week_once")]

    def __str__(self) -> str:
        return f"week of {self.day}"


class WeekCell(Placed, Parts):
    """The cells of a whole week or block added up, once by their set of labels and once by priority and market. What a
    kind does not tell is empty. `day` is its Monday, `weeks` how many, below zero of all teams and channels."""

    class Kind(models.TextChoices):
        LABELS = "labels"
        FINE = "fine"

    day = models.DateField()
    weeks = models.SmallIntegerField(default=1)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    priority = models.CharField(max_length=40, default="")
    market = models.CharField(max_length=40, default="")
    labels = ArrayField(models.CharField(max_length=120), default=list)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["kind", "weeks", "day"], name="week_cell_by_kind_weeks_day")]

    def __str__(self) -> str:
        return f"week of {self.day} {self.priority} {self.market} {self.labels}"


class Slice(Placed, Parts):
    """The same by agent or by macro: a ticket is in one row for each of its macros."""

    class Kind(models.TextChoices):
        AGENT = "agent"
        MACRO = "macro"

    day = models.DateField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    key = models.CharField(max_length=120)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [numbered("slice_by_kind_day", "kind", "day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.key}"


class Backlog(Placed):
    """Tickets created on `day` that were unsolved at the end of each day from `from_day` to the one before
    `until_day` (NULL: still). How old they are on such a day follows from `day`. `assignee` is whose they are now.
    `left_n`: how many more would be, were they not left out; NULL where that was not counted yet."""

    day = models.DateField()
    priority = models.CharField(max_length=40, default="")
    market = models.CharField(max_length=40, default="")
    labels = ArrayField(models.CharField(max_length=120), default=list)
    # While an upgrade begins, workers of before it write rows without these two.
    assignee = models.CharField(max_length=120, default="", db_default="")
    macro_keys = ArrayField(models.CharField(max_length=120), default=list, db_default=[])
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    open_n = models.IntegerField()
    left_n = models.IntegerField(null=True)

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [numbered("backlog_by_day", "day")]
        indexes = [models.Index(fields=["until_day", "from_day"], name="backlog_by_end")]

    def __str__(self) -> str:
        return f"{self.day}: {self.from_day} to {self.until_day}"


class TicketPart(Placed, Parts):
    """What a ticket, or a rating, handling or promise of it, adds to a day. No table holds it: it is read from the
    statement that makes the rollups (metrics/from_tickets.py). `agent`: whose it is; None and "" of nobody."""

    source = models.ForeignKey(Source, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    team = models.ForeignKey(
        Team, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    day = models.DateField()
    priority = models.CharField(max_length=40, default="")
    market = models.CharField(max_length=40, default="")
    labels = ArrayField(models.CharField(max_length=120), default=list)
    agent = models.CharField(max_length=120, null=True)
    macro_keys = ArrayField(models.CharField(max_length=120), null=True)

    objects: ClassVar[TicketPartQuerySet] = TicketPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.day} {self.agent} {self.labels}"


class Facet(models.Model):
    """What there is to filter by: one row per combination that tickets have, made from the rollups, so that a page
    need not look through all of them to offer its choices."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    created_n = models.BigIntegerField(default=0)
    last_day = models.DateField(null=True)

    objects: ClassVar[FacetQuerySet] = FacetQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.team_id} {self.channel} {self.label}"
