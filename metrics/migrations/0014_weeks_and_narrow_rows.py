"""Parts of rollups may be NULL, which is nothing, and weeks are added up from the days that there are."""

import django.contrib.postgres.indexes
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
_LEVELS = ("cell", "rollup", "slice")
_PLACE = "source_id, team_id, team_name, channel, label"
_FILL = (
    f"INSERT INTO metrics_week (day, {_PLACE}, {', '.join(name for name, _field in _PARTS)})"
    f" SELECT day - (extract(isodow FROM day)::int - 1), {_PLACE}, "
    + ", ".join(
        f"string_agg({name}, '')" if isinstance(field, models.BinaryField) else f"sum({name})"
        for name, field in _PARTS
    )
    + " FROM metrics_rollup GROUP BY 1, 2, 3, 4, 5, 6"
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_review_functions'),
        ('metrics', '0012_time_to_solve_by_creation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Week',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                *_PARTS,
                ('team_name', models.CharField(default='', max_length=120)),
                ('channel', models.CharField(default='', max_length=40)),
                ('day', models.DateField()),
                ('label', models.CharField(max_length=120)),
            ],
        ),
        # One statement a table: hundreds of them would take seconds of every new desk.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(model_name=level, name=name, field=field)
                for level in _LEVELS
                for name, field in _PARTS
            ],
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE metrics_{level} "
                    + ", ".join(f"ALTER {name} DROP NOT NULL" for name, _field in _PARTS),
                    migrations.RunSQL.noop,
                )
                for level in _LEVELS
            ],
        ),
        migrations.AddIndex(
            model_name='slaresult',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['started_at'], name='sla_by_start', pages_per_range=32),
        ),
        migrations.AddField(
            model_name='week',
            name='source',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metrics.source'),
        ),
        migrations.AddField(
            model_name='week',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team'),
        ),
        migrations.AddIndex(
            model_name='week',
            index=models.Index(fields=['label', 'day'], name='week_by_label_day'),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
