from django.db import migrations, models

# What is left of rows that were rejected is where they stood and why.
STRIP = """
UPDATE metrics_quality_qualityimport SET rejected_rows = (
    SELECT jsonb_agg(row || '{"cells": [], "value": ""}' ORDER BY n)
    FROM jsonb_array_elements(rejected_rows) WITH ORDINALITY AS each (row, n))
WHERE rejected_rows <> '[]'"""


class Migration(migrations.Migration):
    """Rows of uploaded files lay in the database as they came. They go, and drafts have to be uploaded again."""

    dependencies = [("metrics_quality", "0004_more_of_the_ticket")]

    operations = [
        migrations.RunSQL(STRIP, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="qualityimport", name="waiting"),
        migrations.AddField(
            model_name="qualityimport",
            name="stored",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Random name of the file, which goes when its rows are in.",
                max_length=80,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="qualityimport",
            name="notes_left",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Of rows whose ticket may be of somebody who was erased.",
                verbose_name="notes left out",
            ),
        ),
    ]
