"""The parts that figures are made of: counts, sums and histograms that add up. Never an average."""

from __future__ import annotations

from django.db import models


def _count() -> models.IntegerField:
    return models.IntegerField(null=True)


def _seconds() -> models.BigIntegerField:
    return models.BigIntegerField(null=True)


def _buckets() -> models.BinaryField:
    """The log bucket of each measured contact (metrics/histograms.py): joining two of them adds them up."""
    return models.BinaryField(null=True)


class Parts(models.Model):
    """Each part lies on the day its metric counts on (metrics/definitions.py): a rating on the day it was given,
    a reopening on the day the ticket was first solved, a promise on the day it began.

    NULL is nothing: most rows tell of some of them only, and what is NULL takes no room.
    `_none_n` counts what was not measured, `_left_n` what a definition leaves out.
    """

    # On the day a ticket was created.
    created_n = _count()
    flagged_n = _count()
    measured_n = _count()
    unsolved_n = _count()
    vendor_sla_n = _count()
    vendor_sla_met_n = _count()
    reply_n = _count()
    reply_none_n = _count()
    reply_s = _seconds()
    reply_log = _buckets()
    sla_reply_met_n = _count()
    sla_reply_breached_n = _count()
    sla_reply_overdue_n = _count()
    sla_reply_running_n = _count()
    sla_reply_none_n = _count()
    sla_resolution_met_n = _count()
    sla_resolution_breached_n = _count()
    sla_resolution_overdue_n = _count()
    sla_resolution_running_n = _count()
    sla_resolution_none_n = _count()
    contact_n = _count()
    contact_once_n = _count()
    contact_none_n = _count()
    solve_log = _buckets()  # of those over by now: how long they took, on the day they were created
    # On the day it was first solved.
    solved_n = _count()
    solved_left_n = _count()
    reopen_known_n = _count()
    reopen_none_n = _count()
    reopened_n = _count()
    stations_n = _count()
    transferred_n = _count()
    replies_n = _count()
    one_touch_n = _count()
    # On the day it was last solved.
    resolution_n = _count()
    resolution_left_n = _count()
    resolution_s = _seconds()
    resolution_log = _buckets()
    # On the day a rating was given, or the survey sent.
    offered_n = _count()
    answered_n = _count()
    rated_left_n = _count()
    good_n = _count()
    bad_n = _count()
    stars_n = _count()
    stars_top_n = _count()
    freshdesk_n = _count()
    freshdesk_top_n = _count()
    faces_n = _count()
    faces_top_n = _count()
    other_question_n = _count()
    # On the day the handling ended.
    handled_n = _count()
    handled_left_n = _count()
    handle_s = _seconds()
    handle_square = models.FloatField(null=True)
    handle_log = _buckets()
    # On the day a customer's message began to wait for its reply.
    sla_next_reply_met_n = _count()
    sla_next_reply_breached_n = _count()
    sla_next_reply_overdue_n = _count()
    sla_next_reply_running_n = _count()
    sla_next_reply_left_n = _count()
    next_reply_n = _count()
    next_reply_none_n = _count()
    next_reply_s = _seconds()
    next_reply_log = _buckets()

    class Meta:
        abstract = True
