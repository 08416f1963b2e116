"""Joins histograms one by one, with a state of a few bytes: string_agg takes a kilobyte for each group, and most groups
of a day have one contact or two."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0027_weeks_of_all_teams")]

    operations = [
        migrations.RunSQL(
            "CREATE AGGREGATE metrics_joined(bytea) (sfunc = byteacat, stype = bytea, parallel = safe)",
            "DROP AGGREGATE metrics_joined(bytea)",
        )
    ]
