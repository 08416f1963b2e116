"""A place for rows that wait, converted, for the chunk that writes them (metrics/reading_ahead.py)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0015_cells_of_weeks")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS ahead", "DROP SCHEMA IF EXISTS ahead CASCADE")
    ]
