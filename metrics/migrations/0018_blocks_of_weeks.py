"""Blocks of four weeks, added up from the weeks that there are, those of purged tickets included."""

from django.db import migrations, models

_COUNTS = ["answered_n", "bad_n", "contact_n", "contact_none_n", "contact_once_n", "created_n", "flagged_n", "good_n", "handled_left_n", "handled_n", "measured_n", "next_reply_n", "next_reply_none_n", "offered_n", "one_touch_n", "rated_left_n", "reopen_known_n", "reopen_none_n", "reopened_n", "replies_n", "reply_n", "reply_none_n", "resolution_left_n", "resolution_n", "sla_next_reply_breached_n", "sla_next_reply_left_n", "sla_next_reply_met_n", "sla_next_reply_overdue_n", "sla_next_reply_running_n", "sla_reply_breached_n", "sla_reply_met_n", "sla_reply_none_n", "sla_reply_overdue_n", "sla_reply_running_n", "sla_resolution_breached_n", "sla_resolution_met_n", "sla_resolution_none_n", "sla_resolution_overdue_n", "sla_resolution_running_n", "solved_left_n", "solved_n", "stars_n", "stars_top_n", "stations_n", "transferred_n", "unsolved_n", "vendor_sla_met_n", "vendor_sla_n", "handle_s", "next_reply_s", "reply_s", "resolution_s", "handle_square"]
_LOGS = ["handle_log", "next_reply_log", "reply_log", "resolution_log", "solve_log"]
_SUMS = ", ".join([*(f"sum({name})" for name in _COUNTS), *(f"string_agg({name}, '')" for name in _LOGS)])
# As metrics/weeks.py has it.
_BLOCK = "day - (day - DATE '0001-01-01') % 28"


def _fill(table, columns):
    place = f"source_id, team_id, team_name, channel, {columns}"
    return migrations.RunSQL(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true);"
        f" INSERT INTO metrics_{table} (day, weeks, {place}, {', '.join([*_COUNTS, *_LOGS])})"
        f" SELECT {_BLOCK} AS block, 4, {place}, {_SUMS} FROM metrics_{table} GROUP BY block, {place}",
        f"DELETE FROM metrics_{table} WHERE weeks = 4",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0017_one_index_less"),
    ]

    operations = [
        # Rows of a few kilobytes stay as they are: to pack their histograms and look them up beside the row took longer
        # than to read all of it.
        *(
            migrations.RunSQL(
                f"ALTER TABLE metrics_{table} SET (toast_tuple_target = 8160)",
                f"ALTER TABLE metrics_{table} RESET (toast_tuple_target)",
            )
            for table in ("rollup", "week", "weekcell")
        ),
        migrations.AddField("week", "weeks", models.SmallIntegerField(default=1)),
        migrations.AddField("weekcell", "weeks", models.SmallIntegerField(default=1)),
        _fill("week", "label"),
        _fill("weekcell", "kind, priority, market, labels"),
        migrations.RemoveIndex("week", "week_by_label_day"),
        migrations.RemoveIndex("weekcell", "week_cell_by_kind_day"),
        migrations.AddIndex(
            "week", models.Index(fields=["label", "weeks", "day"], name="week_by_label_weeks_day")
        ),
        migrations.AddIndex(
            "weekcell", models.Index(fields=["kind", "weeks", "day"], name="week_cell_by_kind_weeks_day")
        ),
    ]
