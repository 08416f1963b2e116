"""An aggregate that lays JSON objects over one another in order: what is said last of each key stands."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE AGGREGATE metrics_merge(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}')",
            "DROP AGGREGATE metrics_merge(jsonb)",
        )
    ]
