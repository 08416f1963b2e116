"""Numbers of tickets and of what hangs on them are taken a hundred at a time: one by one each takes a look at a page."""

from django.db import migrations

SEQUENCES = [
    f"metrics_{table}_id_seq"
    for table in ("ticket", "statusspan", "vendorfigure", "rating", "handlesegment", "slaresult")
]


def caching(count: int) -> str:
    return ";".join(f"ALTER SEQUENCE {name} CACHE {count}" for name in SEQUENCES)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0019_results_without_a_ticket")]

    operations = [migrations.RunSQL(caching(100), caching(1))]
