"""Nothing of the tables changes: days of before are added up anew (metrics/upgrading.py).

From here on a ticket that was opened again and is open is not counted as solved, nor one that is over at a time nobody
told, and the backlog holds one that was opened again after its last solve.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0020_numbers_in_hundreds")]
