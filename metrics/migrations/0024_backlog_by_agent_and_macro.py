"""The backlog is kept by agent and by macro: days of before are added up anew (metrics/upgrading.py)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0023_day_of_a_rating")]

    operations = [
        migrations.AddField("backlog", "assignee", models.CharField(default="", max_length=120)),
        migrations.AddField(
            "backlog",
            "macro_keys",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=120), default=list, size=None
            ),
        ),
    ]
