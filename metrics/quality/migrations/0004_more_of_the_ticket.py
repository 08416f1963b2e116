"""A review keeps market, priority and macros of its ticket as well; of what there is, they come from the tickets.

There are thousands of reviews, not millions, and each finds its ticket by two indexes.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

FROM_TICKETS = """
    UPDATE metrics_quality_review AS review
    SET market = ticket.market, priority = ticket.priority, macro_keys = coalesce(ticket.macro_keys, '{}')
    FROM metrics_ticketkey AS key
    JOIN metrics_ticket AS ticket ON ticket.id = key.id AND ticket.created_at = key.created_at
    WHERE key.source_id = review.source_id AND key.external_id = review.external_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0020_numbers_in_hundreds'),
        ('metrics_quality', '0003_results_by_a_job'),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='macro_keys',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None),
        ),
        migrations.AddField(
            model_name='review',
            name='market',
            field=models.CharField(blank=True, default='', max_length=40, verbose_name='market'),
        ),
        migrations.AddField(
            model_name='review',
            name='priority',
            field=models.CharField(blank=True, default='', max_length=40, verbose_name='priority'),
        ),
        migrations.RunSQL(FROM_TICKETS, migrations.RunSQL.noop),
    ]
