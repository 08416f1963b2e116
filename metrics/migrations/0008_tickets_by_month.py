"""Tickets move into a partition for each month of their creation (UTC); a table of keys holds what is unique.

Django sees the same table as before. Partitions of further months are made by the import (metrics/partitions.py).
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_PARTITIONED = """
ALTER SEQUENCE metrics_ticket_id_seq RENAME TO metrics_ticket_whole_id_seq;
ALTER TABLE metrics_ticket RENAME TO metrics_ticket_whole;
CREATE TABLE metrics_ticket (LIKE metrics_ticket_whole INCLUDING DEFAULTS INCLUDING IDENTITY)
    PARTITION BY RANGE (created_at);
CREATE TABLE metrics_ticket_other PARTITION OF metrics_ticket DEFAULT;

-- One for each month of the last ten years that has tickets; the rest go to the others.
DO $$
DECLARE month timestamp;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', created_at AT TIME ZONE 'UTC') FROM metrics_ticket_whole
        WHERE created_at BETWEEN now() - interval '10 years' AND now() + interval '1 month'
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF metrics_ticket FOR VALUES FROM (%L) TO (%L)',
            'metrics_ticket_' || to_char(month, 'YYYY_MM'),
            month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
    END LOOP;
END $$;

INSERT INTO metrics_ticket SELECT * FROM metrics_ticket_whole ORDER BY created_at;
INSERT INTO metrics_ticketkey (id, source_id, external_id, created_at)
    SELECT id, source_id, external_id, created_at FROM metrics_ticket_whole;
SELECT setval(pg_get_serial_sequence('metrics_ticket', 'id'), last_value, is_called)
    FROM metrics_ticket_whole_id_seq;
DROP TABLE metrics_ticket_whole;

ALTER TABLE metrics_ticket ADD PRIMARY KEY (id, created_at);
CREATE INDEX ticket_by_created ON metrics_ticket (created_at);
CREATE INDEX ticket_by_solved ON metrics_ticket USING brin (first_solved_at, last_solved_at)
    WITH (pages_per_range = 32);
CREATE INDEX ticket_by_import ON metrics_ticket USING brin (last_import) WITH (pages_per_range = 32);
ANALYZE metrics_ticket, metrics_ticketkey;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_review_functions"),
        ("metrics", "0007_what_is_kept_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketKey",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("external_id", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="ticketkey",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="metrics.source",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketkey",
            constraint=models.UniqueConstraint(
                fields=("source", "external_id"), name="ticket_number_once"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="ticket",
                    name="ticket_once_per_source",
                ),
                migrations.AlterField(
                    model_name="ticket",
                    name="external_id",
                    field=models.CharField(
                        help_text="Once in a source: TicketKey holds that.", max_length=80
                    ),
                ),
                migrations.AlterField(
                    model_name="ticket",
                    name="source",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="metrics.source",
                    ),
                ),
                migrations.AlterField(
                    model_name="ticket",
                    name="team",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            database_operations=[migrations.RunSQL(_PARTITIONED)],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticket",
            trigger=pgtrigger.compiler.Trigger(
                name="keys_follow_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO metrics_ticketkey (id, source_id, external_id, created_at) SELECT id, source_id, external_id, created_at FROM written; RETURN NULL;",
                    hash="f6b0b4e04c8698fc43995f43f46d5dede4cd2c92",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_keys_follow_insert_81740",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="metrics_ticket",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticket",
            trigger=pgtrigger.compiler.Trigger(
                name="keys_follow_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE metrics_ticketkey AS key SET source_id = written.source_id, external_id = written.external_id, created_at = written.created_at FROM written WHERE key.id = written.id AND (key.source_id, key.external_id, key.created_at) IS DISTINCT FROM (written.source_id, written.external_id, written.created_at); RETURN NULL;",
                    hash="15a8e6fe34baf76b03d8e6ccf246c694357aafbb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_keys_follow_update_81ac4",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="metrics_ticket",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticket",
            trigger=pgtrigger.compiler.Trigger(
                name="keys_follow_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="DELETE FROM metrics_ticketkey AS key USING gone WHERE key.id = gone.id; RETURN NULL;",
                    hash="3726f95778e2bfbc37a69185c70adfd8417747ba",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_keys_follow_delete_ffca4",
                    referencing="REFERENCING OLD TABLE AS gone ",
                    table="metrics_ticket",
                    when="AFTER",
                ),
            ),
        ),
    ]
