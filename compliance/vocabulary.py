"""The closed lists of the catalogue that the code knows; the catalogue's own lists explain and extend them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Gate(models.TextChoices):
    BLOCKER = "blocker", _("blocker")
    MAJOR = "major", _("major")


class Tier(models.TextChoices):
    CORE = "core", _("core")
    EXTENDED = "extended", _("extended")


class Relation(models.TextChoices):
    EQUAL = "equal", _("asks the same as")
    INTERSECT = "intersect", _("overlaps with")
    SUBSET = "subset", _("is part of")
    SUPERSET = "superset", _("takes in")
    NOT_RELATED = "not_related", _("is not related to")


# Seen from the other side.
INVERSE = {
    Relation.EQUAL: Relation.EQUAL,
    Relation.INTERSECT: Relation.INTERSECT,
    Relation.SUBSET: Relation.SUPERSET,
    Relation.SUPERSET: Relation.SUBSET,
    Relation.NOT_RELATED: Relation.NOT_RELATED,
}


class LimitKind(models.TextChoices):
    DEADLINE = "deadline", _("deadline")
    CUSTOMER_WINDOW = "customer_window", _("customer’s window")
    NOTICE_MIN = "notice_min", _("minimum notice")
    CAP = "cap", _("longest notice allowed")
    THRESHOLD = "threshold", _("threshold")
    RETENTION_MIN = "retention_min", _("kept at least")
    WAIT_MIN = "wait_min", _("wait at least")
    TECHNICAL = "technical", _("technical limit")
    AVAILABILITY = "availability", _("availability")
    PERIODIC = "periodic", _("recurring")


class Unit(models.TextChoices):
    MINUTE = "minute", _("minute")
    HOUR = "hour", _("hour")
    HOUR_PER_DAY = "hour_per_day", _("hours a day")
    DAY = "day", _("day")
    BUSINESS_DAY = "business_day", _("business day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    YEAR = "year", _("year")
    MOMENT = "moment", _("at the moment itself")
    UNDUE_DELAY = "undue_delay", _("without undue delay")
    PROMPTLY = "promptly", _("promptly")
