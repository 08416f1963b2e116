"""Blocks of all teams and channels together, added up from those there are, of purged tickets included."""

from django.db import migrations

_COUNTS = ["answered_n", "bad_n", "contact_n", "contact_none_n", "contact_once_n", "created_n", "faces_n", "faces_top_n", "flagged_n", "freshdesk_n", "freshdesk_top_n", "good_n", "handled_left_n", "handled_n", "measured_n", "next_reply_n", "next_reply_none_n", "offered_n", "one_touch_n", "other_question_n", "rated_left_n", "reopen_known_n", "reopen_none_n", "reopened_n", "replies_n", "reply_n", "reply_none_n", "resolution_left_n", "resolution_n", "sla_next_reply_breached_n", "sla_next_reply_left_n", "sla_next_reply_met_n", "sla_next_reply_overdue_n", "sla_next_reply_running_n", "sla_reply_breached_n", "sla_reply_met_n", "sla_reply_none_n", "sla_reply_overdue_n", "sla_reply_running_n", "sla_resolution_breached_n", "sla_resolution_met_n", "sla_resolution_none_n", "sla_resolution_overdue_n", "sla_resolution_running_n", "solved_left_n", "solved_n", "stars_n", "stars_top_n", "stations_n", "transferred_n", "unsolved_n", "vendor_sla_met_n", "vendor_sla_n", "handle_s", "next_reply_s", "reply_s", "resolution_s", "handle_square"]
_LOGS = ["handle_log", "next_reply_log", "reply_log", "resolution_log", "solve_log"]
_SUMS = ", ".join([*(f"sum({name})" for name in _COUNTS), *(f"string_agg({name}, '')" for name in _LOGS)])


def _fill(table, columns, which):
    place = f"day, source_id, {columns}"
    return migrations.RunSQL(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true);"
        f" INSERT INTO metrics_{table} (weeks, team_name, channel, {place}, {', '.join([*_COUNTS, *_LOGS])})"
        f" SELECT -weeks, '', '', {place}, {_SUMS} FROM metrics_{table} WHERE {which} GROUP BY weeks, {place}",
        f"DELETE FROM metrics_{table} WHERE weeks < 0",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0026_what_a_backlog_leaves_out"),
    ]

    operations = [
        _fill("week", "label", "weeks = 4 OR weeks = 1 AND label = ''"),
        _fill("weekcell", "kind, priority, market, labels", "weeks = 4"),
    ]
