"""A source says on which day its ratings count: when they were given, as before, or when their ticket was solved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0022_every_scale_of_satisfaction")]

    operations = [
        migrations.AddField(
            "source",
            "rating_day",
            models.CharField(
                choices=[
                    ("given", "the day it was given"),
                    ("solved", "the day its ticket was last solved"),
                ],
                default="given",
                help_text="Changed, the ratings that are here are moved too, and their days are added up anew. A rating"
                " of a ticket that is not solved counts on the day it was given.",
                max_length=6,
                verbose_name="a rating counts on",
            ),
        ),
        migrations.AlterField(
            "rating",
            "counts_at",
            models.DateTimeField(help_text="When it counts (metrics/rating_days.py)."),
        ),
    ]
