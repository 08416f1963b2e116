"""Workers of before an upgrade go on to write the backlog, until they are replaced: what they do not know is empty."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0024_backlog_by_agent_and_macro")]

    operations = [
        migrations.AlterField(
            "backlog", "assignee", models.CharField(default="", db_default="", max_length=120)
        ),
        migrations.AlterField(
            "backlog",
            "macro_keys",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=120), default=list, db_default=[], size=None
            ),
        ),
    ]
