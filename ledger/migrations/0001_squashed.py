"""The tables as they stood when the migrations of the time before the first release were joined."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import djmoney.models.fields
import ledger.rules
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from shell.together import Together


SQL = Path(__file__).resolve().parent.parent / 'sql'
# Only operations that take effect on another day than that of their posting: they are few, so
# the index costs the posting of the others nothing. See ledger/queries/known.py.
OPERATION_DELAY = """
CREATE INDEX operation_delay ON ledger_operation
    (kind, ((posted_at AT TIME ZONE 'Asia/Shanghai')::date - effective_date))
WHERE (posted_at AT TIME ZONE 'Asia/Shanghai')::date <> effective_date
"""


class Migration(migrations.Migration):

    replaces = [
        ('ledger', '0001_initial'),
        ('ledger', '0002_proof_log'),
        ('ledger', '0003_operation_types_as_data'),
        ('ledger', '0004_lots_holds_and_requests'),
        ('ledger', '0005_operation_delay_index'),
        ('ledger', '0006_units_of_lots'),
        ('ledger', '0007_restriction_words'),
        ('ledger', '0008_sealed_statements'),
        ('ledger', '0009_posting_in_two_calls'),
        ('ledger', '0010_restricted_by_two'),
        ('ledger', '0011_late_discharge'),
        ('ledger', '0012_known_keys_one_by_one'),
    ]

    initial = True

    dependencies = [
        ('parties', '0001_squashed'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='OperationType',
                fields=[
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('starters', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='who may start it (acts)')),
                    ('document_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None, verbose_name='documents it stands on')),
                    ('must_correct', models.BooleanField(default=False, verbose_name='names the operation it corrects')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='HoldPurpose',
                fields=[
                    ('code', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                    ('longest_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='at most (days)')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.operationtype', verbose_name='kind')),
                ],
                options={
                    'ordering': ['rank', 'code'],
                },
            ),
            migrations.CreateModel(
                name='Pollutant',
                fields=[
                    ('code', models.CharField(max_length=8, primary_key=True, serialize=False, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('medium', models.CharField(choices=[('WATER', 'waste water'), ('AIR', 'waste gas')], max_length=5, verbose_name='medium')),
                    ('unit', models.CharField(choices=[('MG', 'milligram'), ('L', 'litre')], max_length=2, verbose_name='unit')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in lists')),
                ],
                options={
                    'ordering': ['position', 'code'],
                },
            ),
            migrations.CreateModel(
                name='ProofNode',
                fields=[
                    ('pk', models.CompositePrimaryKey('level', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('level', models.PositiveSmallIntegerField(verbose_name='level')),
                    ('place', models.BigIntegerField(verbose_name='place')),
                    ('hash', models.BinaryField(max_length=32, verbose_name='hash')),
                ],
                options={
                    'ordering': ['level', 'place'],
                },
            ),
            migrations.CreateModel(
                name='ProofQueue',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('table_name', models.CharField(max_length=63, verbose_name='table')),
                    ('row_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='rows')),
                    ('xid', models.BigIntegerField(verbose_name='transaction')),
                    ('queued_at', models.DateTimeField(verbose_name='queued at')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='ProofRecord',
                fields=[
                    ('pk', models.CompositePrimaryKey('source_id', 'row_id', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('source_id', models.IntegerField(verbose_name='source')),
                    ('row_id', models.BigIntegerField(verbose_name='row')),
                    ('leaf_index', models.BigIntegerField(verbose_name='index')),
                ],
                options={
                    'ordering': ['source_id', 'row_id'],
                },
            ),
            migrations.CreateModel(
                name='ProofSource',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('table_name', models.CharField(max_length=63, unique=True, verbose_name='table')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='ProofShape',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('columns', models.JSONField(verbose_name='columns and their types')),
                    ('personal', models.JSONField(verbose_name='columns with personal data')),
                    ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shapes', to='ledger.proofsource')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('source', 'columns', 'personal'), name='proof_shape_stands_once')],
                },
            ),
            migrations.CreateModel(
                name='Verification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ran_at', models.DateTimeField(unique=True, verbose_name='ran at')),
                    ('checks', models.PositiveIntegerField(verbose_name='checks')),
                    ('fault_count', models.PositiveIntegerField(verbose_name='faults')),
                    ('faults', models.JSONField(default=list, verbose_name='first faults')),
                ],
                options={
                    'ordering': ['-ran_at'],
                },
            ),
            migrations.CreateModel(
                name='Witness',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                    ('vkey', models.CharField(max_length=300, verbose_name='public key')),
                    ('url', models.URLField(max_length=300, verbose_name='address')),
                    ('is_active', models.BooleanField(default=True, verbose_name='asked')),
                    ('added_at', models.DateTimeField(verbose_name='added at')),
                    ('trouble', models.CharField(blank=True, max_length=200, verbose_name='trouble')),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='WitnessedLog',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('origin', models.CharField(max_length=200, unique=True, verbose_name='origin')),
                    ('origin_hash', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of the origin')),
                    ('vkeys', models.TextField(verbose_name='public keys, a line each')),
                    ('size', models.BigIntegerField(default=0, verbose_name='size')),
                    ('root', models.BinaryField(blank=True, max_length=32, verbose_name='root')),
                    ('note', models.TextField(blank=True, verbose_name='checkpoint with our cosignature')),
                    ('seen_at', models.DateTimeField(null=True, verbose_name='last cosigned at')),
                ],
                options={
                    'ordering': ['origin'],
                },
            ),
            migrations.CreateModel(
                name='HistoricalOperationType',
                fields=[
                    ('code', models.CharField(db_index=True, max_length=20, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('starters', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='who may start it (acts)')),
                    ('document_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None, verbose_name='documents it stands on')),
                    ('must_correct', models.BooleanField(default=False, verbose_name='names the operation it corrects')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical operation type',
                    'verbose_name_plural': 'historical operation types',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalPollutant',
                fields=[
                    ('code', models.CharField(db_index=True, max_length=8, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('medium', models.CharField(choices=[('WATER', 'waste water'), ('AIR', 'waste gas')], max_length=5, verbose_name='medium')),
                    ('unit', models.CharField(choices=[('MG', 'milligram'), ('L', 'litre')], max_length=2, verbose_name='unit')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in lists')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical pollutant',
                    'verbose_name_plural': 'historical pollutants',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalQuotaPeriod',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('label', models.CharField(max_length=20, verbose_name='name')),
                    ('start_date', models.DateField(verbose_name='first day')),
                    ('end_date', models.DateField(verbose_name='last day')),
                    ('state', models.CharField(choices=[('OPEN', 'open'), ('CLOSED', 'closed')], default='OPEN', max_length=6, verbose_name='state')),
                    ('has_carry_over', models.BooleanField(default=False, verbose_name='rest carries over')),
                    ('carry_over_percent', models.PositiveSmallIntegerField(default=100, verbose_name='carried over (%)')),
                    ('lapsed_at', models.DateTimeField(blank=True, null=True, verbose_name='rest lapsed at')),
                    ('closes_after_days', models.PositiveSmallIntegerField(default=15, verbose_name='closes days after its end')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='city')),
                ],
                options={
                    'verbose_name': 'historical quota period',
                    'verbose_name_plural': 'historical quota periods',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='KeyMisuse',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.CharField(max_length=40, verbose_name='scope of the key')),
                    ('key', models.CharField(max_length=120, verbose_name='idempotency key')),
                    ('first_operation_id', models.BigIntegerField(null=True, verbose_name='stands for the operation')),
                    ('asked_kind', models.CharField(max_length=20, verbose_name='kind asked for')),
                    ('asked_hash', models.BinaryField(max_length=32, verbose_name='SHA-256 of what was asked')),
                    ('asked_by_id', models.BigIntegerField(verbose_name='asked by')),
                    ('region_code', models.CharField(max_length=6, verbose_name='region')),
                    ('first_at', models.DateTimeField(verbose_name='first at')),
                    ('last_at', models.DateTimeField(verbose_name='last at')),
                    ('times', models.PositiveIntegerField(default=1, verbose_name='times')),
                ],
                options={
                    'ordering': ['-last_at', '-id'],
                    'constraints': [models.UniqueConstraint(fields=('scope', 'key', 'asked_hash'), name='one_misuse_per_key_and_body')],
                },
            ),
            migrations.CreateModel(
                name='Lot',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('lot_no', models.CharField(max_length=24, unique=True, verbose_name='lot number')),
                    ('basin', models.CharField(blank=True, max_length=40, verbose_name='basin or air-shed')),
                    ('quantity_per_year', models.BigIntegerField(verbose_name='quantity per year (smallest unit)')),
                    ('opened_quantity', models.BigIntegerField(verbose_name='quantity per year at opening')),
                    ('units', models.JSONField(blank=True, editable=False, null=True, verbose_name='its units')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(verbose_name='valid to')),
                    ('source', models.CharField(choices=[('INITIAL', 'initial right'), ('FIXED', 'fixed-price grant'), ('AUCTION', 'auction'), ('TRANSFER', 'transfer between enterprises'), ('LEASE', 'lease'), ('BUYBACK', 'buy-back'), ('SETASIDE', 'set aside for the reserve'), ('TAKEBACK', 'taken back for the reserve'), ('MERGED', 'merged from lots')], max_length=8, verbose_name='source')),
                    ('paid_state', models.CharField(choices=[('UNPAID', 'not paid'), ('PART', 'partly paid'), ('PAID', 'paid')], default='UNPAID', max_length=6, verbose_name='payment')),
                    ('price_currency', djmoney.models.fields.CurrencyField(choices=[('CNY', 'yuan')], default='CNY', editable=False, max_length=3, null=True)),
                    ('price', djmoney.models.fields.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='price per t and year')),
                    ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended before its term on')),
                    ('document_type', models.CharField(max_length=20, verbose_name='kind of document')),
                    ('document_id', models.BigIntegerField(verbose_name='document')),
                    ('key', models.CharField(max_length=120, null=True, unique=True, verbose_name='idempotency key')),
                    ('request_hash', models.BinaryField(max_length=32, null=True, verbose_name='SHA-256 of the request')),
                    ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.enterprise', verbose_name='holder')),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='ledger.lot', verbose_name='merged into')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='ledger.lot', verbose_name='split from')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                    ('pollutant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.pollutant', verbose_name='pollutant')),
                ],
                options={
                    'ordering': ['valid_to', 'id'],
                    'indexes': [models.Index(fields=['enterprise', 'pollutant', 'valid_to'], name='lot_of_enterprise'), models.Index(fields=['region', 'pollutant'], name='lot_of_region'), models.Index(fields=['document_type', 'document_id'], name='lot_document')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('quantity_per_year__gte', 0), ('opened_quantity__gt', 0), ('quantity_per_year__lte', models.F('opened_quantity'))), name='lot_quantity_lies_between_zero_and_opening'), models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='lot_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', True), ('merged_into__isnull', True)), ('quantity_per_year', 0), _connector='OR'), name='ended_or_merged_lot_gives_nothing')],
                },
            ),
            migrations.CreateModel(
                name='Operation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.CharField(max_length=40, verbose_name='scope of the key')),
                    ('key', models.CharField(max_length=120, verbose_name='idempotency key')),
                    ('body_hash', models.BinaryField(max_length=32, verbose_name='SHA-256 of the request')),
                    ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                    ('effective_date', models.DateField(verbose_name='effective on')),
                    ('posted_at', models.DateTimeField(verbose_name='posted at')),
                    ('document_type', models.CharField(max_length=20, verbose_name='kind of document')),
                    ('document_id', models.BigIntegerField(verbose_name='document')),
                    ('approval', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.approval', verbose_name='approval')),
                    ('by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='parties.membership', verbose_name='by')),
                    ('corrects', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='ledger.operation', verbose_name='corrects')),
                    ('reverses', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.operation', verbose_name='reverses')),
                    ('kind', models.ForeignKey(db_column='kind', db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='ledger.operationtype', verbose_name='kind')),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['document_type', 'document_id'], name='operation_document'), models.Index(condition=models.Q(('approval__isnull', False)), fields=['approval'], name='operation_approval'), models.Index(condition=models.Q(('corrects__isnull', False)), fields=['corrects'], name='operation_corrects')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('reverses__isnull', False)), fields=('reverses',), name='operation_is_reversed_once'), models.UniqueConstraint(fields=('scope', 'key'), name='operation_key_is_used_once'), models.CheckConstraint(condition=models.Q(('reverses__isnull', True), models.Q(('reverses', models.F('id')), _negated=True), _connector='OR'), name='operation_does_not_reverse_itself'), models.CheckConstraint(condition=models.Q(('corrects__isnull', True), models.Q(('corrects', models.F('id')), _negated=True), _connector='OR'), name='operation_does_not_correct_itself')],
                },
            ),
            migrations.CreateModel(
                name='OperationRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                    ('needs_approval', models.BooleanField(default=False, verbose_name='needs a second person')),
                    ('cool_off_workdays', models.PositiveSmallIntegerField(default=0, verbose_name='cool-off (working days after the request)')),
                    ('reversible_days', models.PositiveIntegerField(default=0, verbose_name='may be reversed within (days)')),
                    ('backdate_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='may take effect at most (days) before its posting')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                    ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='ledger.operationtype', verbose_name='kind')),
                ],
                options={
                    'ordering': ['type_id', 'region_id', '-valid_from'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='operation_rule_ends_after_it_begins'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.Func(models.F('type_id'), models.Value(0), function='hashtextextended'), models.Func(models.F('type_id'), models.Value(0), function='hashtextextended'), models.Value('[]'), function='int8range'), '&&'), (models.Func(django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Coalesce(models.F('region_id'), models.Value('0')), models.IntegerField()), django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Coalesce(models.F('region_id'), models.Value('0')), models.IntegerField()), models.Value('[]'), function='int4range'), '&&'), (models.Func('valid_from', 'valid_to', models.Value('[]'), function='daterange'), '&&')], name='operation_rules_do_not_overlap')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalOperationTypeMovement',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('source_purpose', models.CharField(choices=[(ledger.rules.Purpose['ISSUED'], 'issued'), (ledger.rules.Purpose['RESERVE'], 'government reserve'), (ledger.rules.Purpose['AVAILABLE'], 'available'), (ledger.rules.Purpose['CARD'], 'on the card'), (ledger.rules.Purpose['DISCHARGED'], 'discharged'), (ledger.rules.Purpose['OVERRUN'], 'over quota'), (ledger.rules.Purpose['FROZEN'], 'frozen'), (ledger.rules.Purpose['RETIRED'], 'retired'), (ledger.rules.Purpose['LAPSED'], 'lapsed'), (ledger.rules.Purpose['BANK'], 'bank'), (ledger.rules.Purpose['DEPOSIT'], 'deposit'), (ledger.rules.Purpose['ESCROW'], 'escrow'), (ledger.rules.Purpose['REVENUE'], 'revenue'), (ledger.rules.Purpose['FORFEITED'], 'forfeited'), (ledger.rules.Purpose['RECEIVABLE'], 'receivable'), ('ANY', 'any')], max_length=10, verbose_name='from')),
                    ('target_purpose', models.CharField(choices=[(ledger.rules.Purpose['ISSUED'], 'issued'), (ledger.rules.Purpose['RESERVE'], 'government reserve'), (ledger.rules.Purpose['AVAILABLE'], 'available'), (ledger.rules.Purpose['CARD'], 'on the card'), (ledger.rules.Purpose['DISCHARGED'], 'discharged'), (ledger.rules.Purpose['OVERRUN'], 'over quota'), (ledger.rules.Purpose['FROZEN'], 'frozen'), (ledger.rules.Purpose['RETIRED'], 'retired'), (ledger.rules.Purpose['LAPSED'], 'lapsed'), (ledger.rules.Purpose['BANK'], 'bank'), (ledger.rules.Purpose['DEPOSIT'], 'deposit'), (ledger.rules.Purpose['ESCROW'], 'escrow'), (ledger.rules.Purpose['REVENUE'], 'revenue'), (ledger.rules.Purpose['FORFEITED'], 'forfeited'), (ledger.rules.Purpose['RECEIVABLE'], 'receivable'), ('ANY', 'any')], max_length=10, verbose_name='to')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('type', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.operationtype')),
                ],
                options={
                    'verbose_name': 'historical operation type movement',
                    'verbose_name_plural': 'historical operation type movements',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalOperationRule',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                    ('needs_approval', models.BooleanField(default=False, verbose_name='needs a second person')),
                    ('cool_off_workdays', models.PositiveSmallIntegerField(default=0, verbose_name='cool-off (working days after the request)')),
                    ('reversible_days', models.PositiveIntegerField(default=0, verbose_name='may be reversed within (days)')),
                    ('backdate_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='may take effect at most (days) before its posting')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='region')),
                    ('type', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.operationtype', verbose_name='kind')),
                ],
                options={
                    'verbose_name': 'historical operation rule',
                    'verbose_name_plural': 'historical operation rules',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalHoldPurpose',
                fields=[
                    ('code', models.CharField(db_index=True, max_length=20, verbose_name='code')),
                    ('name_zh', models.CharField(max_length=40, verbose_name='Chinese name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                    ('longest_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='at most (days)')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('kind', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.operationtype', verbose_name='kind')),
                ],
                options={
                    'verbose_name': 'historical hold purpose',
                    'verbose_name_plural': 'historical hold purposes',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='OperationTypeMovement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source_purpose', models.CharField(choices=[(ledger.rules.Purpose['ISSUED'], 'issued'), (ledger.rules.Purpose['RESERVE'], 'government reserve'), (ledger.rules.Purpose['AVAILABLE'], 'available'), (ledger.rules.Purpose['CARD'], 'on the card'), (ledger.rules.Purpose['DISCHARGED'], 'discharged'), (ledger.rules.Purpose['OVERRUN'], 'over quota'), (ledger.rules.Purpose['FROZEN'], 'frozen'), (ledger.rules.Purpose['RETIRED'], 'retired'), (ledger.rules.Purpose['LAPSED'], 'lapsed'), (ledger.rules.Purpose['BANK'], 'bank'), (ledger.rules.Purpose['DEPOSIT'], 'deposit'), (ledger.rules.Purpose['ESCROW'], 'escrow'), (ledger.rules.Purpose['REVENUE'], 'revenue'), (ledger.rules.Purpose['FORFEITED'], 'forfeited'), (ledger.rules.Purpose['RECEIVABLE'], 'receivable'), ('ANY', 'any')], max_length=10, verbose_name='from')),
                    ('target_purpose', models.CharField(choices=[(ledger.rules.Purpose['ISSUED'], 'issued'), (ledger.rules.Purpose['RESERVE'], 'government reserve'), (ledger.rules.Purpose['AVAILABLE'], 'available'), (ledger.rules.Purpose['CARD'], 'on the card'), (ledger.rules.Purpose['DISCHARGED'], 'discharged'), (ledger.rules.Purpose['OVERRUN'], 'over quota'), (ledger.rules.Purpose['FROZEN'], 'frozen'), (ledger.rules.Purpose['RETIRED'], 'retired'), (ledger.rules.Purpose['LAPSED'], 'lapsed'), (ledger.rules.Purpose['BANK'], 'bank'), (ledger.rules.Purpose['DEPOSIT'], 'deposit'), (ledger.rules.Purpose['ESCROW'], 'escrow'), (ledger.rules.Purpose['REVENUE'], 'revenue'), (ledger.rules.Purpose['FORFEITED'], 'forfeited'), (ledger.rules.Purpose['RECEIVABLE'], 'receivable'), ('ANY', 'any')], max_length=10, verbose_name='to')),
                    ('type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='movements', to='ledger.operationtype')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('type', 'source_purpose', 'target_purpose'), name='one_row_per_allowed_movement')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalReplacementRatio',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('ratio_permille', models.PositiveIntegerField(verbose_name='ratio (thousandths)')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='region')),
                    ('pollutant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.pollutant', verbose_name='pollutant')),
                ],
                options={
                    'verbose_name': 'historical replacement ratio',
                    'verbose_name_plural': 'historical replacement ratios',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalLot',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('lot_no', models.CharField(db_index=True, max_length=24, verbose_name='lot number')),
                    ('basin', models.CharField(blank=True, max_length=40, verbose_name='basin or air-shed')),
                    ('quantity_per_year', models.BigIntegerField(verbose_name='quantity per year (smallest unit)')),
                    ('opened_quantity', models.BigIntegerField(verbose_name='quantity per year at opening')),
                    ('units', models.JSONField(blank=True, editable=False, null=True, verbose_name='its units')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(verbose_name='valid to')),
                    ('source', models.CharField(choices=[('INITIAL', 'initial right'), ('FIXED', 'fixed-price grant'), ('AUCTION', 'auction'), ('TRANSFER', 'transfer between enterprises'), ('LEASE', 'lease'), ('BUYBACK', 'buy-back'), ('SETASIDE', 'set aside for the reserve'), ('TAKEBACK', 'taken back for the reserve'), ('MERGED', 'merged from lots')], max_length=8, verbose_name='source')),
                    ('paid_state', models.CharField(choices=[('UNPAID', 'not paid'), ('PART', 'partly paid'), ('PAID', 'paid')], default='UNPAID', max_length=6, verbose_name='payment')),
                    ('price_currency', djmoney.models.fields.CurrencyField(choices=[('CNY', 'yuan')], default='CNY', editable=False, max_length=3, null=True)),
                    ('price', djmoney.models.fields.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='price per t and year')),
                    ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended before its term on')),
                    ('document_type', models.CharField(max_length=20, verbose_name='kind of document')),
                    ('document_id', models.BigIntegerField(verbose_name='document')),
                    ('key', models.CharField(db_index=True, max_length=120, null=True, verbose_name='idempotency key')),
                    ('request_hash', models.BinaryField(max_length=32, null=True, verbose_name='SHA-256 of the request')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('enterprise', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.enterprise', verbose_name='holder')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='region')),
                    ('merged_into', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.lot', verbose_name='merged into')),
                    ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.lot', verbose_name='split from')),
                    ('pollutant', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.pollutant', verbose_name='pollutant')),
                ],
                options={
                    'verbose_name': 'historical lot',
                    'verbose_name_plural': 'historical lots',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='ProofKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('origin', models.CharField(max_length=200, verbose_name='origin')),
                    ('public', models.BinaryField(max_length=32, unique=True, verbose_name='public key')),
                    ('valid_from', models.DateTimeField(verbose_name='valid from')),
                    ('valid_to', models.DateTimeField(null=True, verbose_name='valid to')),
                    ('endorsement', models.TextField(blank=True, verbose_name='signed by the key before')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('origin',), name='one_proof_key_in_force'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='proof_key_ends_after_it_begins')],
                },
            ),
            migrations.CreateModel(
                name='ProofCheckpoint',
                fields=[
                    ('size', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='size')),
                    ('root', models.BinaryField(max_length=32, verbose_name='root')),
                    ('signed_at', models.DateTimeField(verbose_name='signed at')),
                    ('note', models.TextField(verbose_name='signed note')),
                    ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='ledger.proofkey')),
                ],
                options={
                    'ordering': ['-size'],
                },
            ),
            migrations.CreateModel(
                name='ProofLog',
                fields=[
                    ('id', models.PositiveIntegerField(default=1, primary_key=True, serialize=False)),
                    ('origin', models.CharField(max_length=200, verbose_name='origin')),
                    ('started_at', models.DateTimeField(verbose_name='started at')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='there_is_one_proof_log')],
                },
            ),
            migrations.CreateModel(
                name='ProofLeaf',
                fields=[
                    ('index', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='index')),
                    ('queue_id', models.BigIntegerField(unique=True)),
                    ('row_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='rows')),
                    ('record_hashes', models.BinaryField(verbose_name='hashes of the records')),
                    ('secret', models.BinaryField(max_length=32, verbose_name="secret of the records' salts")),
                    ('entry', models.BinaryField(max_length=400, verbose_name='entry')),
                    ('leaf_hash', models.BinaryField(max_length=32, verbose_name='hash')),
                    ('xid', models.BigIntegerField(verbose_name='transaction')),
                    ('queued_at', models.DateTimeField(verbose_name='queued at')),
                    ('logged_at', models.DateTimeField(verbose_name='logged at')),
                    ('shape', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='ledger.proofshape')),
                ],
                options={
                    'ordering': ['index'],
                },
            ),
            migrations.CreateModel(
                name='PersonalSalt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('row_id', models.BigIntegerField(verbose_name='row')),
                    ('column', models.CharField(max_length=63, verbose_name='column')),
                    ('commitment', models.CharField(max_length=80, verbose_name='commitment')),
                    ('salt', models.BinaryField(max_length=16, null=True, verbose_name='salt')),
                    ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='ledger.proofsource')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('source', 'row_id', 'column'), name='personal_datum_is_committed_once')],
                },
            ),
            migrations.CreateModel(
                name='QuotaPeriod',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('label', models.CharField(max_length=20, verbose_name='name')),
                    ('start_date', models.DateField(verbose_name='first day')),
                    ('end_date', models.DateField(verbose_name='last day')),
                    ('state', models.CharField(choices=[('OPEN', 'open'), ('CLOSED', 'closed')], default='OPEN', max_length=6, verbose_name='state')),
                    ('has_carry_over', models.BooleanField(default=False, verbose_name='rest carries over')),
                    ('carry_over_percent', models.PositiveSmallIntegerField(default=100, verbose_name='carried over (%)')),
                    ('lapsed_at', models.DateTimeField(blank=True, null=True, verbose_name='rest lapsed at')),
                    ('closes_after_days', models.PositiveSmallIntegerField(default=15, verbose_name='closes days after its end')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='city')),
                ],
                options={
                    'ordering': ['region_id', 'start_date'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('end_date__gt', models.F('start_date'))), name='quota_period_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('carry_over_percent__lte', 100)), name='quota_period_carries_over_at_most_all'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(django.db.models.functions.comparison.Cast('region_id', models.IntegerField()), django.db.models.functions.comparison.Cast('region_id', models.IntegerField()), models.Value('[]'), function='int4range'), '&&'), (models.Func('start_date', 'end_date', models.Value('[]'), function='daterange'), '&&')], name='quota_periods_of_a_region_do_not_overlap')],
                },
            ),
            migrations.CreateModel(
                name='Asset',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('pollutant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.pollutant', verbose_name='pollutant')),
                    ('period', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.quotaperiod', verbose_name='quota period')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('pollutant', 'period'), name='one_asset_per_pollutant_and_period', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('period__isnull', True), ('pollutant__isnull', True)), models.Q(('period__isnull', False), ('pollutant__isnull', False)), _connector='OR'), name='asset_is_money_or_a_pollutant_in_a_period')],
                },
            ),
            migrations.CreateModel(
                name='Account',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('purpose', models.CharField(choices=[(ledger.rules.Purpose['ISSUED'], 'issued'), (ledger.rules.Purpose['RESERVE'], 'government reserve'), (ledger.rules.Purpose['AVAILABLE'], 'available'), (ledger.rules.Purpose['CARD'], 'on the card'), (ledger.rules.Purpose['DISCHARGED'], 'discharged'), (ledger.rules.Purpose['OVERRUN'], 'over quota'), (ledger.rules.Purpose['FROZEN'], 'frozen'), (ledger.rules.Purpose['RETIRED'], 'retired'), (ledger.rules.Purpose['LAPSED'], 'lapsed'), (ledger.rules.Purpose['BANK'], 'bank'), (ledger.rules.Purpose['DEPOSIT'], 'deposit'), (ledger.rules.Purpose['ESCROW'], 'escrow'), (ledger.rules.Purpose['REVENUE'], 'revenue'), (ledger.rules.Purpose['FORFEITED'], 'forfeited'), (ledger.rules.Purpose['RECEIVABLE'], 'receivable')], max_length=10, verbose_name='purpose')),
                    ('reference_type', models.CharField(blank=True, max_length=20, verbose_name='kind of reference')),
                    ('reference_id', models.BigIntegerField(null=True, verbose_name='reference')),
                    ('balance', models.BigIntegerField(default=0, verbose_name='balance')),
                    ('version', models.BigIntegerField(default=0, verbose_name='version')),
                    ('moved_at', models.DateTimeField(null=True, verbose_name='last moved at')),
                    ('min_balance', models.BigIntegerField(null=True, verbose_name='lowest balance')),
                    ('restriction', models.CharField(choices=[('OPEN', 'unrestricted'), ('RECEIVE', 'receives only'), ('CLOSED', 'closed')], default='OPEN', max_length=7, verbose_name='restriction')),
                    ('enterprise', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.enterprise', verbose_name='enterprise')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                    ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.asset', verbose_name='asset')),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['enterprise', 'asset', 'purpose'], name='account_of_enterprise'), models.Index(fields=['region', 'asset', 'purpose'], name='account_of_region'), models.Index(fields=['reference_type', 'reference_id'], name='account_of_reference')],
                    'constraints': [models.UniqueConstraint(fields=('asset', 'purpose', 'region', 'enterprise', 'reference_type', 'reference_id'), name='one_account_per_holder_asset_purpose_and_reference', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('min_balance__isnull', True), ('balance__gte', models.F('min_balance')), _connector='OR'), name='account_balance_is_not_below_its_floor')],
                },
            ),
            migrations.CreateModel(
                name='Cap',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('quantity', models.BigIntegerField(verbose_name='total allowed (smallest unit)')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.asset', verbose_name='asset')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                ],
                options={
                    'ordering': ['region_id', 'asset_id'],
                    'constraints': [models.UniqueConstraint(fields=('region', 'asset'), name='one_cap_per_region_and_asset'), models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='cap_is_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalCap',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('quantity', models.BigIntegerField(verbose_name='total allowed (smallest unit)')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('asset', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.asset', verbose_name='asset')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='region')),
                ],
                options={
                    'verbose_name': 'historical cap',
                    'verbose_name_plural': 'historical caps',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Hold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('amount', models.BigIntegerField(verbose_name='amount')),
                    ('captured', models.BigIntegerField(default=0, verbose_name='captured')),
                    ('released', models.BigIntegerField(default=0, verbose_name='released')),
                    ('state', models.CharField(choices=[('HELD', 'held'), ('CAPTURED', 'captured'), ('RELEASED', 'released')], default='HELD', max_length=8, verbose_name='state')),
                    ('expires_at', models.DateTimeField(null=True, verbose_name='expires at')),
                    ('key', models.CharField(max_length=120, unique=True, verbose_name='idempotency key')),
                    ('document_type', models.CharField(max_length=20, verbose_name='kind of document')),
                    ('document_id', models.BigIntegerField(verbose_name='document')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='ledger.account', verbose_name='from account')),
                    ('purpose', models.ForeignKey(db_column='purpose', on_delete=django.db.models.deletion.PROTECT, to='ledger.holdpurpose', verbose_name='purpose')),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(condition=models.Q(('state', 'HELD')), fields=['expires_at'], name='hold_expiry')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('captured__gte', 0), ('released__gte', 0), ('captured__lte', django.db.models.expressions.CombinedExpression(models.F('amount'), '-', models.F('released')))), name='hold_gives_out_at_most_its_amount'), models.CheckConstraint(condition=models.Q(models.Q(('captured__lt', django.db.models.expressions.CombinedExpression(models.F('amount'), '-', models.F('released'))), ('state', 'HELD')), models.Q(('captured', django.db.models.expressions.CombinedExpression(models.F('amount'), '-', models.F('released'))), ('captured__gt', 0), ('state', 'CAPTURED')), models.Q(('captured', 0), ('released', models.F('amount')), ('state', 'RELEASED')), _connector='OR'), name='hold_is_over_when_all_is_given_out')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalHold',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('amount', models.BigIntegerField(verbose_name='amount')),
                    ('captured', models.BigIntegerField(default=0, verbose_name='captured')),
                    ('released', models.BigIntegerField(default=0, verbose_name='released')),
                    ('state', models.CharField(choices=[('HELD', 'held'), ('CAPTURED', 'captured'), ('RELEASED', 'released')], default='HELD', max_length=8, verbose_name='state')),
                    ('expires_at', models.DateTimeField(null=True, verbose_name='expires at')),
                    ('key', models.CharField(db_index=True, max_length=120, verbose_name='idempotency key')),
                    ('document_type', models.CharField(max_length=20, verbose_name='kind of document')),
                    ('document_id', models.BigIntegerField(verbose_name='document')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.account', verbose_name='from account')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('purpose', models.ForeignKey(blank=True, db_column='purpose', db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.holdpurpose', verbose_name='purpose')),
                ],
                options={
                    'verbose_name': 'historical hold',
                    'verbose_name_plural': 'historical holds',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='LedgerRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('CLOSE', 'close a quota period'), ('RESTRICT', 'restrict an account'), ('BOOK', 'book an operation')], max_length=8, verbose_name='what is asked')),
                    ('content', models.JSONField(verbose_name='content')),
                    ('reason', models.CharField(max_length=200, verbose_name='reason')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('state', models.CharField(choices=[('ASKED', 'waits for the second person'), ('WAITING', 'granted, waits for its day'), ('DONE', 'carried out'), ('REFUSED', 'refused'), ('BACK', 'taken back')], default='ASKED', max_length=8, verbose_name='state')),
                    ('key', models.CharField(max_length=120, unique=True, verbose_name='idempotency key')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('due_on', models.DateField(verbose_name='to be carried out from')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='carried out at')),
                    ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='ledger.account', verbose_name='account')),
                    ('approval', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.approval', verbose_name='approval')),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.membership', verbose_name='asked by')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                    ('operation', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='ledger.operation', verbose_name='operation')),
                    ('period', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.quotaperiod', verbose_name='quota period')),
                ],
                options={
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['due_on'], name='request_due')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['ASKED', 'WAITING'])), fields=('period',), name='one_open_request_per_period'), models.UniqueConstraint(condition=models.Q(('state__in', ['ASKED', 'WAITING'])), fields=('account',), name='one_open_request_per_account'), models.CheckConstraint(condition=models.Q(models.Q(('approval__isnull', False), ('done_at__isnull', False), ('state', 'DONE')), models.Q(models.Q(('state', 'DONE'), _negated=True), ('done_at__isnull', True)), _connector='OR'), name='request_done_has_its_moment_and_approval'), models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', True), ('kind', 'CLOSE'), ('period__isnull', False)), models.Q(('account__isnull', False), ('kind', 'RESTRICT'), ('period__isnull', True)), models.Q(('account__isnull', True), ('kind', 'BOOK'), ('period__isnull', True)), _connector='OR'), name='request_is_about_one_thing')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalLedgerRequest',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('CLOSE', 'close a quota period'), ('RESTRICT', 'restrict an account'), ('BOOK', 'book an operation')], max_length=8, verbose_name='what is asked')),
                    ('content', models.JSONField(verbose_name='content')),
                    ('reason', models.CharField(max_length=200, verbose_name='reason')),
                    ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                    ('state', models.CharField(choices=[('ASKED', 'waits for the second person'), ('WAITING', 'granted, waits for its day'), ('DONE', 'carried out'), ('REFUSED', 'refused'), ('BACK', 'taken back')], default='ASKED', max_length=8, verbose_name='state')),
                    ('key', models.CharField(db_index=True, max_length=120, verbose_name='idempotency key')),
                    ('asked_at', models.DateTimeField(verbose_name='asked at')),
                    ('due_on', models.DateField(verbose_name='to be carried out from')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='carried out at')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.account', verbose_name='account')),
                    ('approval', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.approval', verbose_name='approval')),
                    ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.membership', verbose_name='asked by')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.region', verbose_name='region')),
                    ('operation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.operation', verbose_name='operation')),
                    ('period', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.quotaperiod', verbose_name='quota period')),
                ],
                options={
                    'verbose_name': 'historical ledger request',
                    'verbose_name_plural': 'historical ledger requests',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='ReplacementRatio',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ratio_permille', models.PositiveIntegerField(verbose_name='ratio (thousandths)')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                    ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                    ('pollutant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.pollutant', verbose_name='pollutant')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.region', verbose_name='region')),
                ],
                options={
                    'ordering': ['region_id', 'pollutant__position', '-valid_from'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ratio_permille__gte', 1000), ('ratio_permille__lte', 10000)), name='replacement_ratio_is_one_or_more'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Coalesce(models.F('region_id'), models.Value('0')), models.IntegerField()), django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Coalesce(models.F('region_id'), models.Value('0')), models.IntegerField()), models.Value('[]'), function='int4range'), '&&'), (models.Func(models.Func(models.F('pollutant_id'), models.Value(0), function='hashtextextended'), models.Func(models.F('pollutant_id'), models.Value(0), function='hashtextextended'), models.Value('[]'), function='int8range'), '&&'), (models.Func('valid_from', 'valid_to', models.Value('[]'), function='daterange'), '&&')], name='replacement_ratios_do_not_overlap')],
                },
            ),
            migrations.CreateModel(
                name='SealedStatement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first_date', models.DateField(verbose_name='From')),
                    ('last_date', models.DateField(verbose_name='To')),
                    ('ordering', models.CharField(max_length=10, verbose_name='order')),
                    ('known_at', models.DateTimeField(verbose_name='known at')),
                    ('opening', models.BigIntegerField(verbose_name='opening balance')),
                    ('closing', models.BigIntegerField(verbose_name='closing balance')),
                    ('line_count', models.BigIntegerField(verbose_name='movements')),
                    ('content_sha256', models.BinaryField(max_length=32, verbose_name='SHA-256 of the lines')),
                    ('sealed_at', models.DateTimeField(verbose_name='sealed at')),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ledger.account', verbose_name='account')),
                    ('sealed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.membership', verbose_name='sealed by')),
                ],
                options={
                    'ordering': ['-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date')), ('line_count__gte', 0)), name='sealed_statement_runs_forward')],
                },
            ),
            migrations.CreateModel(
                name='Cosignature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.TextField(verbose_name='signature line')),
                    ('cosigned_at', models.DateTimeField(verbose_name='cosigned at')),
                    ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.proofcheckpoint')),
                    ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.witness')),
                ],
                options={
                    'ordering': ['-checkpoint_id', 'witness_id'],
                    'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='witness_cosigns_a_checkpoint_once')],
                },
            ),
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL((SQL / 'movements.sql').read_text()),
                    migrations.RunSQL((SQL / 'journal.sql').read_text()),
                ],
                state_operations=[
                    migrations.CreateModel(
                        name='Transfer',
                        fields=[
                            ('pk', models.CompositePrimaryKey('operation_id', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                            ('line', models.IntegerField(verbose_name='line')),
                            ('amount', models.BigIntegerField(verbose_name='amount')),
                            ('source_version', models.BigIntegerField()),
                            ('source_balance', models.BigIntegerField()),
                            ('target_version', models.BigIntegerField()),
                            ('target_balance', models.BigIntegerField()),
                            ('posted_at', models.DateTimeField(verbose_name='posted at')),
                            ('asset', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.asset', verbose_name='asset')),
                            ('operation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='ledger.operation', verbose_name='operation')),
                            ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='from')),
                            ('target', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='to')),
                        ],
                        options={
                            'ordering': ['operation_id', 'line'],
                        },
                    ),
                ],
            ),
            migrations.RunSQL('ALTER TABLE ledger_account SET (fillfactor = 50)'),
            migrations.RunSQL(OPERATION_DELAY),
            migrations.RunSQL((SQL / 'proof.sql').read_text()),
            migrations.RunSQL((SQL / 'asking.sql').read_text()),
            migrations.RunSQL((SQL / 'posting.sql').read_text()),
            migrations.RunSQL((SQL / 'balances.sql').read_text()),
            pgtrigger.migrations.AddTrigger(
                model_name='keymisuse',
                trigger=pgtrigger.compiler.Trigger(name='key_misuse_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'key_misuse_is_not_deleted';\n", hash='44f9f04f22eef368320d6de4c1c290f22ed28479', level='STATEMENT', operation='DELETE', pgid='pgtrigger_key_misuse_is_not_deleted_b7a23', table='ledger_keymisuse', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='keymisuse',
                trigger=pgtrigger.compiler.Trigger(name='key_misuse_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'key_misuse_is_not_truncated';\n", hash='7afaca2396ae447509e85d506ab6f7895b430aa8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_key_misuse_is_not_truncated_27654', table='ledger_keymisuse', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofkey',
                trigger=pgtrigger.compiler.Trigger(name='proof_key_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_key_is_not_deleted';\n", hash='1ac89bd43d979ad20a9e265eeb83e8da436ff8b0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_key_is_not_deleted_f1bd5', table='ledger_proofkey', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofkey',
                trigger=pgtrigger.compiler.Trigger(name='proof_key_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_key_is_not_truncated';\n", hash='ac9b32df68de058d53339ceabb62695edc3656e7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_key_is_not_truncated_6ae5c', table='ledger_proofkey', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='prooflog',
                trigger=pgtrigger.compiler.Trigger(name='proof_log_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_log_is_not_updated';\n", hash='e6e87fa43705f189b154007e52ab35c9b6b3254b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_log_is_not_updated_3f1d0', table='ledger_prooflog', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='prooflog',
                trigger=pgtrigger.compiler.Trigger(name='proof_log_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_log_is_not_deleted';\n", hash='7b89bb10b1bb78320df8841a9aaa106fd320382b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_log_is_not_deleted_b74b3', table='ledger_prooflog', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='prooflog',
                trigger=pgtrigger.compiler.Trigger(name='proof_log_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_log_is_not_truncated';\n", hash='267b080462dde83c1e5411ceeb5b84ee0c3a6dd6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_log_is_not_truncated_53bcc', table='ledger_prooflog', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofnode',
                trigger=pgtrigger.compiler.Trigger(name='proof_node_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_node_is_not_updated';\n", hash='6f8ea263fbecd44c04b53cc345be68acbf331b47', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_node_is_not_updated_102f1', table='ledger_proofnode', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofnode',
                trigger=pgtrigger.compiler.Trigger(name='proof_node_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_node_is_not_deleted';\n", hash='cb21e530ffa2b6ba49234df90128fdfc0481a2bc', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_node_is_not_deleted_caf6d', table='ledger_proofnode', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofnode',
                trigger=pgtrigger.compiler.Trigger(name='proof_node_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_node_is_not_truncated';\n", hash='6dc6646f24cad6a3bbb62ecbd93d5383346c4818', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_node_is_not_truncated_b6fc8', table='ledger_proofnode', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofrecord',
                trigger=pgtrigger.compiler.Trigger(name='proof_record_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_record_is_not_updated';\n", hash='ddeae9a90e0e0371e42e472d7e34058f770e82dc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_record_is_not_updated_b4dbd', table='ledger_proofrecord', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofrecord',
                trigger=pgtrigger.compiler.Trigger(name='proof_record_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_record_is_not_deleted';\n", hash='cc943b718786821a2d16d8160c407fbce09460e8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_record_is_not_deleted_2a798', table='ledger_proofrecord', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofrecord',
                trigger=pgtrigger.compiler.Trigger(name='proof_record_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_record_is_not_truncated';\n", hash='2c3fff16d72f24c269882574368b607b7ba82444', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_record_is_not_truncated_14150', table='ledger_proofrecord', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofsource',
                trigger=pgtrigger.compiler.Trigger(name='proof_source_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_source_is_not_updated';\n", hash='d071e27ff18da29970354400c76e06e01b232f67', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_source_is_not_updated_45376', table='ledger_proofsource', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofsource',
                trigger=pgtrigger.compiler.Trigger(name='proof_source_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_source_is_not_deleted';\n", hash='aa3426e469ffb6cd8b6aec876c14c731e2f3bdbb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_source_is_not_deleted_526ea', table='ledger_proofsource', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofsource',
                trigger=pgtrigger.compiler.Trigger(name='proof_source_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_source_is_not_truncated';\n", hash='6ab02b4a6b8cbb9f8578d6034efb6e6a8a33941f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_source_is_not_truncated_cd740', table='ledger_proofsource', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='account',
                trigger=pgtrigger.compiler.Trigger(name='account_opens_empty', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT 1 FROM new_rows WHERE balance <> 0 OR version <> 0 OR restriction <> 'OPEN') THEN\n    RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'check_violation',\n        CONSTRAINT = 'account_opens_empty';\nEND IF;\nRETURN NULL;\n", hash='8726c34efd06ad09790496bbf6105a962053d4c2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_account_opens_empty_fe4ff', referencing='REFERENCING NEW TABLE AS new_rows ', table='ledger_account', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='account',
                trigger=pgtrigger.compiler.Trigger(name='account_moves_with_transfers', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (pg_trigger_depth() = 0)', func="\nRAISE EXCEPTION 'an account moves with transfers only'\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_with_transfers';\n", hash='59a4724cf67a1787566cafb43c65d81299b38715', level='STATEMENT', operation='UPDATE OF "id", "region_id", "enterprise_id", "asset_id", "purpose", "reference_type", "reference_id", "balance", "version", "moved_at"', pgid='pgtrigger_account_moves_with_transfers_67049', table='ledger_account', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='account',
                trigger=pgtrigger.compiler.Trigger(name='account_is_restricted_by_two', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.restriction IS DISTINCT FROM OLD.restriction AND NOT EXISTS (\n    SELECT 1 FROM ledger_ledgerrequest r JOIN parties_approval a ON a.id = r.approval_id\n    WHERE r.account_id = NEW.id AND r.kind = 'RESTRICT' AND r.state = 'WAITING'\n      AND r.content ->> 'from' = OLD.restriction AND r.content ->> 'to' = NEW.restriction\n      AND a.state = 'USED' AND a.subject_type = 'ledger_request' AND a.subject_id = r.id)\nTHEN\n    RAISE EXCEPTION 'two persons restrict an account' USING ERRCODE = 'check_violation',\n        CONSTRAINT = 'account_is_restricted_by_two';\nEND IF;\nRETURN NEW;\n", hash='6da87ad5688e1e672c57d307cbbe9e47523b68fd', operation='UPDATE OF "restriction"', pgid='pgtrigger_account_is_restricted_by_two_7333b', table='ledger_account', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='account',
                trigger=pgtrigger.compiler.Trigger(name='account_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_not_deleted';\n", hash='0620743b1ec4575550c7fa6bf30d79ceb734e3da', level='STATEMENT', operation='DELETE', pgid='pgtrigger_account_is_not_deleted_efb89', table='ledger_account', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='account',
                trigger=pgtrigger.compiler.Trigger(name='account_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_not_truncated';\n", hash='1956c72300fade3d81dd1944354c9db7b0f709d7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_account_is_not_truncated_c9983', table='ledger_account', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='hold',
                trigger=pgtrigger.compiler.Trigger(name='hold_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_not_deleted';\n", hash='69a4f309f4f39525b565ded4c743db3fb60b2871', level='STATEMENT', operation='DELETE', pgid='pgtrigger_hold_is_not_deleted_358eb', table='ledger_hold', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='hold',
                trigger=pgtrigger.compiler.Trigger(name='hold_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_is_not_truncated';\n", hash='2b1b38d75f31f142a7a6569a48a663d9cf3b5fd6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_hold_is_not_truncated_dc7c9', table='ledger_hold', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='hold',
                trigger=pgtrigger.compiler.Trigger(name='hold_over_stays_over', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF (OLD.state <> 'HELD' AND ROW(NEW.*) IS DISTINCT FROM ROW(OLD.*))\n   OR NEW.captured < OLD.captured OR NEW.released < OLD.released\n   OR (NEW.account_id, NEW.amount) IS DISTINCT FROM (OLD.account_id, OLD.amount) THEN\n    RAISE EXCEPTION 'a hold goes one way only' USING ERRCODE = 'check_violation',\n        CONSTRAINT = 'hold_over_stays_over';\nEND IF;\nRETURN NEW;\n", hash='40d95928977cc8fc2ebd103c8ecc90bbe27dc6eb', operation='UPDATE', pgid='pgtrigger_hold_over_stays_over_5a290', table='ledger_hold', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operationrule',
                trigger=pgtrigger.compiler.Trigger(name='operation_rule_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_rule_is_not_deleted';\n", hash='4d542118661d772308e3e44661ff3d0da3609e91', level='STATEMENT', operation='DELETE', pgid='pgtrigger_operation_rule_is_not_deleted_0f6a9', table='ledger_operationrule', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operationrule',
                trigger=pgtrigger.compiler.Trigger(name='operation_rule_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_rule_is_not_truncated';\n", hash='43e6f19ddb644613de939cf94e5d2feceb74ecc6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_operation_rule_is_not_truncated_275ad', table='ledger_operationrule', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operationrule',
                trigger=pgtrigger.compiler.Trigger(name='operation_rule_is_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.type_id IS DISTINCT FROM OLD.type_id OR NEW.region_id IS DISTINCT FROM OLD.region_id OR NEW.valid_from IS DISTINCT FROM OLD.valid_from OR NEW.needs_approval IS DISTINCT FROM OLD.needs_approval OR NEW.cool_off_workdays IS DISTINCT FROM OLD.cool_off_workdays OR NEW.reversible_days IS DISTINCT FROM OLD.reversible_days OR NEW.backdate_days IS DISTINCT FROM OLD.backdate_days THEN\n    RAISE EXCEPTION 'this is fixed and cannot change'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_rule_is_fixed';\nEND IF;\nRETURN NEW;\n", hash='d6f7b6e4aa1822699be56479bd41728dde74ea7e', operation='UPDATE', pgid='pgtrigger_operation_rule_is_fixed_4f7eb', table='ledger_operationrule', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operation',
                trigger=pgtrigger.compiler.Trigger(name='operation_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_is_not_updated';\n", hash='28a0bc0a10249a55819c0e17110eedeed35e208e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_operation_is_not_updated_d4fa0', table='ledger_operation', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operation',
                trigger=pgtrigger.compiler.Trigger(name='operation_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_is_not_deleted';\n", hash='a174e2ee29beced596a3657e4c1ca3930078946b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_operation_is_not_deleted_1870e', table='ledger_operation', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='operation',
                trigger=pgtrigger.compiler.Trigger(name='operation_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_is_not_truncated';\n", hash='7dc9c9903f1211b9b05622d607f33891d7dd0ecd', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_operation_is_not_truncated_f1563', table='ledger_operation', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofcheckpoint',
                trigger=pgtrigger.compiler.Trigger(name='proof_checkpoint_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_checkpoint_is_not_updated';\n", hash='150bff7b290e8ef01673a5b46227bdaa5a14c622', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_checkpoint_is_not_updated_854b4', table='ledger_proofcheckpoint', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofcheckpoint',
                trigger=pgtrigger.compiler.Trigger(name='proof_checkpoint_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_checkpoint_is_not_deleted';\n", hash='4a7c857c45868ad88bf9ed2145c022617f81ab37', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_checkpoint_is_not_deleted_71ece', table='ledger_proofcheckpoint', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofcheckpoint',
                trigger=pgtrigger.compiler.Trigger(name='proof_checkpoint_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_checkpoint_is_not_truncated';\n", hash='4083f9cd515b3d07086f754aeeb88c58eb8f1118', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_checkpoint_is_not_truncated_ad017', table='ledger_proofcheckpoint', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofleaf',
                trigger=pgtrigger.compiler.Trigger(name='proof_leaf_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_leaf_is_not_updated';\n", hash='4ca948a6f0a562d94a631391d1d6db9cb6dbc068', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_leaf_is_not_updated_0be19', table='ledger_proofleaf', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofleaf',
                trigger=pgtrigger.compiler.Trigger(name='proof_leaf_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_leaf_is_not_deleted';\n", hash='be6b9e532a136f4697c302472a548539e22d542b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_leaf_is_not_deleted_51aa5', table='ledger_proofleaf', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofleaf',
                trigger=pgtrigger.compiler.Trigger(name='proof_leaf_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_leaf_is_not_truncated';\n", hash='55df9af280e43ffe19b639a121a61fc29d8914b7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_leaf_is_not_truncated_b55d9', table='ledger_proofleaf', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofshape',
                trigger=pgtrigger.compiler.Trigger(name='proof_shape_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_shape_is_not_updated';\n", hash='fe3f8edcb9a2ae310f2bd49f97779991eff35e94', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_proof_shape_is_not_updated_885a5', table='ledger_proofshape', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofshape',
                trigger=pgtrigger.compiler.Trigger(name='proof_shape_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_shape_is_not_deleted';\n", hash='980d94a03c85fe396f5732f976b59bc6b16d925d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_proof_shape_is_not_deleted_5f97e', table='ledger_proofshape', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='proofshape',
                trigger=pgtrigger.compiler.Trigger(name='proof_shape_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_shape_is_not_truncated';\n", hash='91542ea5ff4dd3cece87a4d31236e32f11ff07d5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_proof_shape_is_not_truncated_011f2', table='ledger_proofshape', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalsalt',
                trigger=pgtrigger.compiler.Trigger(name='personal_salt_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'personal_salt_is_not_deleted';\n", hash='841e3df535d5926a7ed31ca2c3eb9e447299f33b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_personal_salt_is_not_deleted_a00b2', table='ledger_personalsalt', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalsalt',
                trigger=pgtrigger.compiler.Trigger(name='personal_salt_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'personal_salt_is_not_truncated';\n", hash='3c8d22655cf44971362c77d4d16a72ab9cf1c49c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_personal_salt_is_not_truncated_4fcbf', table='ledger_personalsalt', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='quotaperiod',
                trigger=pgtrigger.compiler.Trigger(name='closed_period_stays_closed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF OLD.state = 'CLOSED' AND NEW.state <> 'CLOSED' THEN\n    RAISE EXCEPTION 'a closed quota period stays closed' USING ERRCODE = 'check_violation',\n        CONSTRAINT = 'closed_period_stays_closed';\nEND IF;\nRETURN NEW;\n", hash='8d5e5a07b1a6fb048cd6f5cc2ad3707f9a096f79', operation='UPDATE', pgid='pgtrigger_closed_period_stays_closed_f6b66', table='ledger_quotaperiod', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='quotaperiod',
                trigger=pgtrigger.compiler.Trigger(name='quota_period_keeps_its_days', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.region_id IS DISTINCT FROM OLD.region_id OR NEW.start_date IS DISTINCT FROM OLD.start_date OR NEW.end_date IS DISTINCT FROM OLD.end_date THEN\n    RAISE EXCEPTION 'this is fixed and cannot change'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_period_keeps_its_days';\nEND IF;\nRETURN NEW;\n", hash='529594c3973133b0f361f175e11989ac132499c2', operation='UPDATE', pgid='pgtrigger_quota_period_keeps_its_days_bfa19', table='ledger_quotaperiod', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='ledgerrequest',
                trigger=pgtrigger.compiler.Trigger(name='ledger_request_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_request_is_not_deleted';\n", hash='dc026ab7de1eb97754b55fbc79d70695d2ba84cd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_ledger_request_is_not_deleted_c84fb', table='ledger_ledgerrequest', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='ledgerrequest',
                trigger=pgtrigger.compiler.Trigger(name='ledger_request_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_request_is_not_truncated';\n", hash='7e941e21903be1c50b9738e8707b024522079a90', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_ledger_request_is_not_truncated_b88c2', table='ledger_ledgerrequest', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='replacementratio',
                trigger=pgtrigger.compiler.Trigger(name='replacement_ratio_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'replacement_ratio_is_not_deleted';\n", hash='f698159f58b0b2deb5820b3f6ff742b3d88943de', level='STATEMENT', operation='DELETE', pgid='pgtrigger_replacement_ratio_is_not_deleted_e288c', table='ledger_replacementratio', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='replacementratio',
                trigger=pgtrigger.compiler.Trigger(name='replacement_ratio_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'replacement_ratio_is_not_truncated';\n", hash='b04770d5f10853fbef5571623fd8cccaa2cfdf08', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_replacement_ratio_is_not_truncated_8aaea', table='ledger_replacementratio', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='replacementratio',
                trigger=pgtrigger.compiler.Trigger(name='replacement_ratio_is_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.region_id IS DISTINCT FROM OLD.region_id OR NEW.pollutant_id IS DISTINCT FROM OLD.pollutant_id OR NEW.ratio_permille IS DISTINCT FROM OLD.ratio_permille OR NEW.valid_from IS DISTINCT FROM OLD.valid_from THEN\n    RAISE EXCEPTION 'this is fixed and cannot change'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'replacement_ratio_is_fixed';\nEND IF;\nRETURN NEW;\n", hash='3b2843ff7de3665920aedd03fe458da6d3c25f4e', operation='UPDATE', pgid='pgtrigger_replacement_ratio_is_fixed_c9c3e', table='ledger_replacementratio', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sealedstatement',
                trigger=pgtrigger.compiler.Trigger(name='sealed_statement_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_statement_is_not_updated';\n", hash='3239e8f579f501f491bca1c2bd962531e563069b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_sealed_statement_is_not_updated_cfd94', table='ledger_sealedstatement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sealedstatement',
                trigger=pgtrigger.compiler.Trigger(name='sealed_statement_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_statement_is_not_deleted';\n", hash='592aae19d13cb50ee910fe2c32c1f70637ef941e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_sealed_statement_is_not_deleted_396f4', table='ledger_sealedstatement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sealedstatement',
                trigger=pgtrigger.compiler.Trigger(name='sealed_statement_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_statement_is_not_truncated';\n", hash='27c7841fab54021a4e37c33a0cd890d4a4a4efcb', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_sealed_statement_is_not_truncated_8fb09', table='ledger_sealedstatement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='transfer',
                trigger=pgtrigger.compiler.Trigger(name='transfer_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_is_not_updated';\n", hash='250ed78f9f8bf70b13a3258a231f688c3a36d3f5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_transfer_is_not_updated_ece4b', table='ledger_transfer', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='transfer',
                trigger=pgtrigger.compiler.Trigger(name='transfer_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_is_not_deleted';\n", hash='aca9cf44761c94e953335886ed21454f2cd2db95', level='STATEMENT', operation='DELETE', pgid='pgtrigger_transfer_is_not_deleted_09f22', table='ledger_transfer', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='transfer',
                trigger=pgtrigger.compiler.Trigger(name='transfer_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_is_not_truncated';\n", hash='663a2b1b5b1ab7a3b10bc6cc32fd59c72c69d2b8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_transfer_is_not_truncated_7d6e7', table='ledger_transfer', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='cosignature',
                trigger=pgtrigger.compiler.Trigger(name='cosignature_is_not_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'cosignature_is_not_updated';\n", hash='955d5209bc38ec383bd570c9153435cb53a01d7b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_cosignature_is_not_updated_0c1b1', table='ledger_cosignature', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='cosignature',
                trigger=pgtrigger.compiler.Trigger(name='cosignature_is_not_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'cosignature_is_not_deleted';\n", hash='cd1eeed12b1c9ff90d64aa8a9d88f32defca9200', level='STATEMENT', operation='DELETE', pgid='pgtrigger_cosignature_is_not_deleted_d70b1', table='ledger_cosignature', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='cosignature',
                trigger=pgtrigger.compiler.Trigger(name='cosignature_is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'cosignature_is_not_truncated';\n", hash='b7cc1260166977da2a8c9b167694e7a755cb3bd8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_cosignature_is_not_truncated_fde05', table='ledger_cosignature', when='BEFORE')),
            ),
        ]),
    ]
