"""Rows that no table holds: Django knows that there is such a model, and looks at no field of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0028_joining_histograms")]

    operations = [
        migrations.CreateModel(
            name="TicketPart",
            fields=[("id", models.BigAutoField(primary_key=True))],
            options={"managed": False},
        )
    ]
