"""Cells of whole weeks, added up from the cells that there are."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_KINDS = {
    models.IntegerField: """
        answered_n bad_n contact_n contact_none_n contact_once_n created_n flagged_n good_n handled_left_n
        handled_n measured_n next_reply_n next_reply_none_n offered_n one_touch_n rated_left_n
        reopen_known_n reopen_none_n reopened_n replies_n reply_n reply_none_n resolution_left_n
        resolution_n sla_next_reply_breached_n sla_next_reply_left_n sla_next_reply_met_n
        sla_next_reply_overdue_n sla_next_reply_running_n sla_reply_breached_n sla_reply_met_n
        sla_reply_none_n sla_reply_overdue_n sla_reply_running_n sla_resolution_breached_n
        sla_resolution_met_n sla_resolution_none_n sla_resolution_overdue_n sla_resolution_running_n
        solved_left_n solved_n stars_n stars_top_n stations_n transferred_n unsolved_n vendor_sla_met_n
        vendor_sla_n""",
    models.BinaryField: """
        handle_log next_reply_log reply_log resolution_log solve_log""",
    models.BigIntegerField: """
        handle_s next_reply_s reply_s resolution_s""",
    models.FloatField: """
        handle_square""",
}
_PARTS = [(name, kind(null=True)) for kind, names in _KINDS.items() for name in names.split()]
_PLACE = "source_id, team_id, team_name, channel, monday"
# In one pass over the cells, as metrics/rollups.py does; its settings, until the transaction ends.
_FILL = (
    "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true);"
    " INSERT INTO metrics_weekcell (source_id, team_id, team_name, channel, day, kind, priority, market, labels, "
    + ", ".join(name for name, _field in _PARTS)
    + f") SELECT {_PLACE}, CASE GROUPING(labels) WHEN 0 THEN 'labels' ELSE 'fine' END,"
    " coalesce(priority, ''), coalesce(market, ''), coalesce(labels, '{}'), "
    + ", ".join(
        f"string_agg({name}, '')" if isinstance(field, models.BinaryField) else f"sum({name})"
        for name, field in _PARTS
    )
    + " FROM (SELECT *, day - (extract(isodow FROM day)::int - 1) AS monday FROM metrics_cell) AS cell"
    f" GROUP BY GROUPING SETS (({_PLACE}, labels), ({_PLACE}, priority, market))"
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_review_functions'),
        ('metrics', '0014_weeks_and_narrow_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='WeekCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                *_PARTS,
                ('team_name', models.CharField(default='', max_length=120)),
                ('channel', models.CharField(default='', max_length=40)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('labels', 'Labels'), ('fine', 'Fine')], max_length=6)),
                ('priority', models.CharField(default='', max_length=40)),
                ('market', models.CharField(default='', max_length=40)),
                ('labels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None)),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metrics.source')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'day'], name='week_cell_by_kind_day')],
            },
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
