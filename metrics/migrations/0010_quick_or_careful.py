"""Runs a statement, or another where the first meets a value that it cannot read.

In the database, because an error that reaches the server's log quotes the value, and values are customers'.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0009_levels_of_rollups")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION metrics_first_that_reads(quick text, careful text) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                EXECUTE quick;
            EXCEPTION WHEN data_exception THEN
                EXECUTE careful;
            END $$
            """,
            "DROP FUNCTION metrics_first_that_reads(text, text)",
        )
    ]
