"""Answers on Freshdesk's scale and on 1 to 3 are counted, and those to other questions (NPS, effort) by themselves.

Of the ratings of a ticket the latest of each question counts now. So the days are added up anew on which tickets with
such answers, or with several ratings of one moment, were rated: they are marked before any table is locked, and time
catches them up (metrics/ageing.py).
"""

from django.conf import settings
from django.db import migrations, models

_LEVELS = ("cell", "rollup", "slice", "week", "weekcell")
_PARTS = ("freshdesk_n", "freshdesk_top_n", "faces_n", "faces_top_n", "other_question_n")
_MARK = """
INSERT INTO metrics_staleday (ticket_import_id, day)
SELECT DISTINCT NULL::bigint, (counts_at AT TIME ZONE %(zone)s)::date FROM metrics_rating WHERE ticket_id IN (
    SELECT ticket_id FROM metrics_rating WHERE scale NOT IN ('good_bad', '1_5')
    UNION SELECT ticket_id FROM metrics_rating GROUP BY ticket_id, counts_at HAVING count(*) > 1)
ON CONFLICT (ticket_import_id, day) DO NOTHING"""


def mark(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_MARK, {"zone": settings.REPORTING_TIME_ZONE})


class Migration(migrations.Migration):
    dependencies = [("metrics", "0021_over_or_open_again")]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
        *(
            migrations.AddField(level, part, models.IntegerField(null=True))
            for level in _LEVELS
            for part in _PARTS
        ),
    ]
