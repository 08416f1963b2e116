"""Which figures and tickets a person may see: everything, or those of their own site."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.models import (  # noqa: F401
        Calendar,
        Facet,
        Import,
        Mapping,
        Rollup,
        SlaPolicy,
        SlaResult,
        Ticket,
    )
    from sopdesk.accounts.models import User


def measured_for(user: User | AnonymousUser, prefix: str = "") -> Q | None:
    """The rows of a table with a team that this person may see, as a condition; None when there are none.

    `prefix` leads to the table with the column `team`, such as "ticket__".
    """
    return teams_measured_for(user, f"{prefix}team__")


def teams_measured_for(user: User | AnonymousUser, prefix: str = "") -> Q | None:
    """The teams whose rows those are, as a condition; `prefix` leads to the team."""
    if allows(user, Permission.METRICS_READ_ALL_SITES):
        return Q()
    if not user.is_authenticated or not allows(user, Permission.METRICS_READ) or user.team is None:
        return None
    return Q(**{f"{prefix}site": user.team.site_id})


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        allowed = measured_for(user)
        return self.none() if allowed is None else self.filter(allowed)


class SlaResultQuerySet(models.QuerySet["SlaResult"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        allowed = measured_for(user, "ticket__")
        return self.none() if allowed is None else self.filter(allowed)

    def at_risk(self, now: datetime) -> Self:
        """Not overdue yet, and at most a fifth of the target or half an hour of business time remains."""
        return self.filter(state="running", risk_at__lte=now, due_at__gt=now)

    def overdue(self, now: datetime) -> Self:
        """Open past their due time, those included whose time ran out since promises were last aged."""
        return self.filter(Q(state="overdue") | Q(state="running", due_at__lte=now))


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.METRICS_READ) else self.none()

    def newest(self) -> Self:
        """The last version of each."""
        return self.order_by("slug", "-version").distinct("slug")


class SlaPolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.METRICS_READ) else self.none()

    def newest(self) -> Self:
        """The last version of each."""
        return self.order_by("slug", "-version").distinct("slug")


class RollupQuerySet(models.QuerySet["Rollup"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        allowed = measured_for(user)
        return self.none() if allowed is None else self.filter(allowed)


class _Select(BaseTable):
    """In the place of a table the statement of the query, in brackets; the table's name where it has none."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if compiler.query.rows_of is None:
            return super().as_sql(compiler, connection)
        sql, params = compiler.query.rows_of
        return f"({sql}) AS {compiler.quote_name_unless_alias(self.table_alias)}", params


class SelectQuery(Query):
    """`rows_of`: the statement that makes the rows, and its parameters."""

    base_table_class = _Select
    rows_of: tuple[str, tuple[Any, ...]] | None = None


class TicketPartQuerySet(RollupQuerySet):
    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or SelectQuery(model), using, hints)

    def made_by(self, sql: str, params: tuple[Any, ...]) -> Self:
        """The rows that this statement makes, which has the columns of the model."""
        found = self.all()
        found.query.rows_of = (sql, params)  # type: ignore[attr-defined]
        return found


class FacetQuerySet(models.QuerySet["Facet"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        allowed = measured_for(user)
        return self.none() if allowed is None else self.filter(allowed)


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.TICKETS_IMPORT) else self.none()


class MappingQuerySet(models.QuerySet["Mapping"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.TICKETS_IMPORT) else self.none()
