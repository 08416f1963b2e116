
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_review_functions'),
        ('documents', '0006_way_back'),
        ('metrics_effects', '0001_cards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='card',
            name='began',
            field=models.JSONField(default=dict, help_text='Effective dates of teams that began later, by short name.'),
        ),
        migrations.CreateModel(
            name='TeamStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(null=True, verbose_name='effective date')),
                ('set_at', models.DateTimeField(auto_now_add=True)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='team_starts', to='documents.change')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['change', 'team', '-id'], name='team_start_newest')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamstart',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e33339e0b94055862a758112278d7cfb136ea452', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_f17a0', table='metrics_effects_teamstart', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamstart',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the table % is never emptied', TG_TABLE_NAME;", hash='58f9b6a0d825e5d801f86f6694beda2867582b41', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_09c13', table='metrics_effects_teamstart', when='BEFORE')),
        ),
    ]
