"""Beside the triggers: the application's own role loses the right to alter what was recorded.

A superuser has every right regardless; production connects as a plain owner of the database.
"""

from django.db import migrations

RIGHTS = "UPDATE, DELETE, TRUNCATE ON audit_entry"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=f"REVOKE {RIGHTS} FROM CURRENT_USER, PUBLIC",
            reverse_sql=f"GRANT {RIGHTS} TO CURRENT_USER",
        )
    ]
