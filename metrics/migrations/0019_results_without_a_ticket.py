"""Results of promises whose ticket was purged while they were measured anew, before a purge waited for that."""

from django.db import migrations

DELETE = """
DELETE FROM metrics_slaresult AS result
WHERE NOT EXISTS (SELECT FROM metrics_ticketkey AS key WHERE key.id = result.ticket_id)"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0018_blocks_of_weeks"),
    ]

    operations = [migrations.RunSQL(DELETE, migrations.RunSQL.noop)]
