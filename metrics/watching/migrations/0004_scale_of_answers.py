"""An alert of CSAT says on which scale its answers are. An older one does not know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics_watching", "0003_labels_that_carry")]

    operations = [
        migrations.AddField(
            "alert",
            "scale",
            models.CharField(
                blank=True, default="", help_text="Of CSAT: the scale of its answers.", max_length=10
            ),
        ),
    ]
