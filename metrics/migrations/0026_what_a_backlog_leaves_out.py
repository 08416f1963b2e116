"""The backlog counts what it leaves out: days of before are added up anew (metrics/upgrading.py), and until then, or where
workers of before wrote them, it is not known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0025_backlog_by_earlier_workers")]

    operations = [migrations.AddField("backlog", "left_n", models.IntegerField(null=True))]
