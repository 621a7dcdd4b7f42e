"""Tables and columns of a ledger that is chained, limits, prices with history, approvals."""

import datetime
import django.db.models.deletion
import videojobs.models.fields
import videojobs.models.limits
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videojobs', '0003_overtaken_submissions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Balance',
            fields=[
                ('jobs', models.BigIntegerField(default=0)),
                ('charged', models.BigIntegerField(default=0)),
                ('open_ends', models.BigIntegerField(default=0)),
                ('spent', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('held', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('unknown', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('topped_up', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='balances', to='videojobs.provideraccount')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='balances', to='videojobs.team')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('team', 'account'), name='balance_once'),
                    models.CheckConstraint(condition=models.Q(('charged__gte', 0), ('held__gte', 0), ('jobs__gte', 0), ('open_ends__gte', 0), ('spent__gte', 0), ('topped_up__gte', 0), ('unknown__gte', 0)), name='balance_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('jobs', models.BigIntegerField(default=0)),
                ('charged', models.BigIntegerField(default=0)),
                ('open_ends', models.BigIntegerField(default=0)),
                ('spent', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('held', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('unknown', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('model', models.CharField(max_length=200)),
                ('clips', models.BigIntegerField(default=0)),
                ('seconds', models.BigIntegerField(default=0)),
                ('failed', models.BigIntegerField(default=0)),
                ('spent_on_failed', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videojobs.provideraccount')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videojobs.project')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videojobs.team')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('team', 'day', 'account', 'project', 'person', 'model'), name='day_total_once'),
                    models.CheckConstraint(condition=models.Q(('charged__gte', 0), ('clips__gte', 0), ('failed__gte', 0), ('held__gte', 0), ('jobs__gte', 0), ('open_ends__gte', 0), ('seconds__gte', 0), ('spent__gte', 0), ('spent_on_failed__gte', 0), ('unknown__gte', 0)), name='day_total_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LedgerCheck',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ledger_check', serialize=False, to='videojobs.team')),
                ('at', models.DateTimeField()),
                ('entries', models.BigIntegerField()),
                ('problem', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='LedgerHead',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ledger_head', serialize=False, to='videojobs.team')),
                ('number', models.BigIntegerField(default=0)),
                ('hash', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64)),
                ('has_limits', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=10)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('period', models.CharField(max_length=5)),
                ('amount', videojobs.models.fields.MoneyField()),
                ('action', models.CharField(max_length=4)),
                ('levels', models.JSONField(default=videojobs.models.limits.usual_levels)),
                ('created_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='limits', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='limits', to='videojobs.project')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='limits', to='videojobs.team')),
                ('token', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='limits', to='videojobs.token')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='limit_amount_positive'),
                    models.CheckConstraint(condition=models.Q(('period__in', ['day', 'month', 'total', 'week'])), name='limit_period_known'),
                    models.CheckConstraint(condition=models.Q(('action__in', ['ask', 'stop', 'warn'])), name='limit_action_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('model', ''), ('person', None), ('project', None), ('scope', 'team'), ('token', None)), models.Q(('model', ''), ('person', None), ('project__isnull', False), ('scope', 'project'), ('token', None)), models.Q(('model', ''), ('person__isnull', False), ('project', None), ('scope', 'person'), ('token', None)), models.Q(('model', ''), ('person', None), ('project', None), ('scope', 'token'), ('token__isnull', False)), models.Q(('person', None), ('project', None), ('scope', 'model'), ('token', None), models.Q(('model', ''), _negated=True)), _connector='OR'), name='limit_scope_names_one_thing'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('why', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('answer', models.CharField(default='open', max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='approval', to='videojobs.job')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='videojobs.team')),
                ('limit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='videojobs.limit')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['team', 'answer', '-asked_at'], name='approval_of_team'),
                    models.Index(fields=['answer', 'expires_at'], name='approval_expiry'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('answer__in', ['expired', 'granted', 'open', 'refused', 'withdrawn'])), name='approval_answer_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answer', 'open'), ('answered_at', None)), models.Q(models.Q(('answer', 'open'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='approval_answered_has_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LimitCounter',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('rehearsal', models.BooleanField()),
                ('period', models.CharField(max_length=16)),
                ('spent', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('held', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('unknown', videojobs.models.fields.MoneyField(default=Decimal('0'))),
                ('level', models.PositiveSmallIntegerField(default=0)),
                ('limit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='counters', to='videojobs.limit')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('limit', 'rehearsal', 'period'), name='limit_counter_once'),
                    models.CheckConstraint(condition=models.Q(('held__gte', 0), ('spent__gte', 0), ('unknown__gte', 0)), name='limit_counter_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MonthlyStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('markup', models.DecimalField(decimal_places=2, default=0, max_digits=6)),
                ('created_at', models.DateTimeField()),
                ('sent_for', models.DateField(blank=True, null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='monthly_statements', to='videojobs.project')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('project', 'address'), name='statement_once_per_address'),
                    models.CheckConstraint(condition=models.Q(('markup__gte', 0), ('markup__lte', 1000)), name='statement_markup_sane'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PriceProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=200)),
                ('size', models.CharField(blank=True, max_length=20)),
                ('seconds', models.PositiveSmallIntegerField(default=0)),
                ('estimate', videojobs.models.fields.MoneyField()),
                ('usd', videojobs.models.fields.MoneyField()),
                ('jobs', models.JSONField(default=list)),
                ('proposed_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('taken', models.BooleanField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='price_proposals', to='videojobs.team')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('usd__gt', 0)), name='proposal_price_positive'),
                    models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('team', 'model', 'size', 'seconds'), name='proposal_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProviderUsage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('product', models.CharField(max_length=200)),
                ('usd', videojobs.models.fields.MoneyField()),
                ('imported_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='videojobs.provideraccount')),
            ],
            options={
                'verbose_name_plural': 'provider usage',
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'day', 'product'), name='usage_once_per_day'),
                    models.CheckConstraint(condition=models.Q(('usd__gte', 0)), name='usage_not_negative'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_cost_means_charged_and_settled',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_amount_positive',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_one_hold_per_job',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_one_release_per_job',
        ),
        migrations.RemoveIndex(
            model_name='ledgerentry',
            name='entry_sums',
        ),
        migrations.AddField(
            model_name='job',
            name='counted_at',
            field=models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='job',
            name='credited',
            field=videojobs.models.fields.MoneyField(default=Decimal('0')),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='hash',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='model',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='number',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='previous',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='token',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='videojobs.token'),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='resolution',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='retired_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='seconds',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='size',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='sound',
            field=models.CharField(blank=True, max_length=7),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='source',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='priceonfile',
            name='verified_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='team',
            name='asks_above_day',
            field=videojobs.models.fields.MoneyField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='team',
            name='asks_above_job',
            field=videojobs.models.fields.MoneyField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='team',
            name='time_zone',
            field=models.CharField(default='UTC', max_length=64),
        ),
        migrations.AlterField(
            model_name='job',
            name='decision',
            field=models.CharField(blank=True, choices=[('', 'nothing to decide'), ('restored', 'restored from a backup; it may have been sent since'), ('too_large', 'the clip is larger than the cap'), ('disk_full', 'the disk is full'), ('approval', 'somebody who may grant it must say yes')], default='', max_length=12),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='videojobs.provideraccount'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='actor',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='job',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='videojobs.job'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='person',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='project',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='videojobs.project'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['team', 'counted_at'], name='job_counted'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('cost', None), models.Q(('cost__gt', 0), ('charged', 'yes'), ('held', 0)), models.Q(('cost', 0), ('charged', 'no'), ('held', 0)), _connector='OR'), name='job_cost_means_charged_and_settled'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('credited', 0), models.Q(('credited__gt', 0), ('credited__lte', models.F('cost'))), _connector='OR'), name='job_credited_at_most_its_cost'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('kind', 'correction'), models.Q(('amount', 0), _negated=True)), _connector='OR'), name='entry_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['correction', 'credit', 'hold', 'release', 'settle', 'top-up'])), name='entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('job', None), ('kind', 'top-up')), models.Q(models.Q(('kind', 'top-up'), _negated=True), ('job__isnull', False), ('person__isnull', False), ('project__isnull', False)), _connector='OR'), name='entry_of_a_job_or_a_top_up'),
        ),
        migrations.AddConstraint(
            model_name='priceonfile',
            constraint=models.CheckConstraint(condition=models.Q(('sound__in', ['', 'with', 'without'])), name='price_on_file_sound'),
        ),
        migrations.AddConstraint(
            model_name='priceonfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at', None), ('retired_by', None)), ('retired_at__isnull', False), _connector='OR'), name='price_on_file_retired_has_time'),
        ),
    ]
