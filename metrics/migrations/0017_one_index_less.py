"""One index for what a row belongs to and for its number, in place of two: nobody asks for such a row by its number alone."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = (
    "backlog", "cell", "rollup", "slice", "handlesegment", "rating", "slaresult", "statusspan", "vendorfigure",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_review_functions"),
        ("metrics", "0016_ahead"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="backlog",
            name="backlog_by_day",
        ),
        migrations.RemoveIndex(
            model_name="cell",
            name="cell_by_day",
        ),
        migrations.RemoveIndex(
            model_name="rollup",
            name="rollup_by_label_day",
        ),
        migrations.RemoveIndex(
            model_name="slice",
            name="slice_by_kind_day",
        ),
        migrations.AlterField(
            model_name="handlesegment",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="handle_segments",
                to="metrics.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="rating",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ratings",
                to="metrics.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="slaresult",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sla_results",
                to="metrics.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="statusspan",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="spans",
                to="metrics.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="vendorfigure",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vendor_figures",
                to="metrics.ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="backlog",
            constraint=models.UniqueConstraint(fields=("day", "id"), name="backlog_by_day"),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(fields=("day", "id"), name="cell_by_day"),
        ),
        migrations.AddConstraint(
            model_name="handlesegment",
            constraint=models.UniqueConstraint(fields=("ticket", "id"), name="handle_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(fields=("ticket", "id"), name="rating_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="rollup",
            constraint=models.UniqueConstraint(fields=("label", "day", "id"), name="rollup_by_label_day"),
        ),
        migrations.AddConstraint(
            model_name="slaresult",
            constraint=models.UniqueConstraint(fields=("ticket", "id"), name="sla_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="slice",
            constraint=models.UniqueConstraint(fields=("kind", "day", "id"), name="slice_by_kind_day"),
        ),
        migrations.AddConstraint(
            model_name="statusspan",
            constraint=models.UniqueConstraint(fields=("ticket", "id"), name="span_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="vendorfigure",
            constraint=models.UniqueConstraint(fields=("ticket", "id"), name="figure_of_ticket"),
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE metrics_{table} DROP CONSTRAINT metrics_{table}_pkey",
                f"ALTER TABLE metrics_{table} ADD PRIMARY KEY (id)",
            )
            for table in TABLES
        ),
    ]
