"""A card notes how many ratings and handled contacts there were, beside how many tickets."""

from django.db import migrations, models

ONCE = ("version", "site", "look", "told_n", "told_answers")


class Migration(migrations.Migration):
    dependencies = [("metrics_effects", "0003_tickets_that_were_there")]

    operations = [
        migrations.RemoveConstraint(model_name="card", name="card_once_by_itself"),
        migrations.AddField(
            "card",
            "told_answers",
            models.IntegerField(
                help_text="Ratings and handled contacts of these days and labels that there were, over all sites.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "card",
            models.UniqueConstraint(
                condition=models.Q(("asked_by", None)),
                fields=ONCE,
                name="card_once_by_itself",
                nulls_distinct=False,
            ),
        ),
    ]
