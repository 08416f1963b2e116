import django.db.models.deletion
from django.db import migrations, models

HIGH = "A mistake here costs a customer or the company dearly."
RULES = [
    ("sop", "high", "", "", ["operations", "compliance"], HIGH),
    ("", "", "", "public", ["product"], "Customers read it."),
    ("", "", "special-category-data", "", ["legal", "compliance"], "Health, belief and the like are protected most."),
    ("", "", "minors", "", ["legal"], "Children are protected by laws of their own."),
    ("", "", "authority-request", "", ["legal"], "Police and courts are answered by Legal’s rules."),
    ("", "", "breach", "", ["legal", "compliance"], "A breach is reported to an authority within hours."),
]


def ship_rules(apps, schema_editor):
    """Rules to begin with; administrators change them on the page of review rules."""
    rule = apps.get_model("documents", "ReviewRule")
    if rule.objects.exists():
        return
    for kind, risk, topic, audience, functions, note in RULES:
        rule.objects.create(
            kind=kind, risk=risk, topic=topic, audience=audience, functions=functions, note=note
        )


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_hand_over_and_undo")]

    operations = [
        migrations.AddField(
            model_name='approval',
            name='seen',
            field=models.JSONField(blank=True, default=dict, help_text='The change as it was signed, whole: what the hash is of.'),
        ),
        migrations.AddField(
            model_name='change',
            name='planned_at',
            field=models.DateTimeField(blank=True, help_text='What its authors propose; `effective_at` is what was decided.', null=True, verbose_name='planned to come in force'),
        ),
        migrations.AddField(
            model_name='change',
            name='planned_zone',
            field=models.CharField(blank=True, max_length=64, verbose_name='time zone of the plan'),
        ),
        migrations.AddField(
            model_name='transition',
            name='outside',
            field=models.ForeignKey(help_text='Who took the step, where that was an outside reviewer; `actor` let them in.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.outsidereviewer'),
        ),
        migrations.RunPython(ship_rules, migrations.RunPython.noop),
    ]
