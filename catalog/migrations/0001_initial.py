import backoffice.db.fields
import backoffice.db.money_fields
import backoffice.db.search_text
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import django.utils.timezone
import re
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from catalog.models.triggers import create_triggers, drop_triggers


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(schema_editor.connection)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_key', backoffice.db.fields.FoldedField(max_length=240, source='name')),
                ('slug', models.SlugField(db_index=False, max_length=120, verbose_name='slug')),
                ('search_text', backoffice.db.search_text.SearchTextField(texts=('name',))),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'ordering': ('name',),
                'constraints': [models.UniqueConstraint(fields=('name_key',), name='category_once_per_name'), models.UniqueConstraint(fields=('slug',), name='category_once_per_slug')],
            },
        ),
        migrations.CreateModel(
            name='CategoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('created', 'Created'), ('changed', 'Changed'), ('deleted', 'Deleted')], max_length=8)),
                ('changes', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('category', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='catalog.category')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProductFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_key', backoffice.db.fields.FoldedField(max_length=240, source='name')),
                ('slug', models.SlugField(db_index=False, max_length=120, verbose_name='slug')),
                ('option_1', models.CharField(max_length=40, verbose_name='first option')),
                ('option_2', models.CharField(blank=True, max_length=40, verbose_name='second option')),
                ('option_3', models.CharField(blank=True, max_length=40, verbose_name='third option')),
                ('search_text', backoffice.db.search_text.SearchTextField(texts=('name',))),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'family',
                'verbose_name_plural': 'families',
                'ordering': ('name',),
                'constraints': [models.UniqueConstraint(fields=('name_key',), name='family_once_per_name'), models.UniqueConstraint(fields=('slug',), name='family_once_per_slug'), models.CheckConstraint(condition=models.Q(models.Q(('option_1', ''), _negated=True), models.Q(('option_3', ''), models.Q(('option_2', ''), _negated=True), _connector='OR')), name='family_options_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('\\A[^/\\x00-\\x1f\\x7f]{1,64}\\Z', 'A SKU has 1 to 64 characters, without / and control characters.', code='sku_characters'), django.core.validators.RegexValidator('\\A\\.{1,2}\\Z', '“.” and “..” alone cannot be a SKU: add a letter or a digit.', code='sku_of_dots', inverse_match=True), django.core.validators.RegexValidator('\\A\\s*imports\\s*\\Z', '“imports” alone cannot be a SKU: it is an address of the API. Add a letter or a digit.', code='sku_of_api', flags=re.RegexFlag['IGNORECASE'], inverse_match=True)], verbose_name='SKU')),
                ('sku_key', backoffice.db.fields.FoldedField(max_length=128, source='sku')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('search_text', backoffice.db.search_text.SearchTextField(texts=('name', 'sku'))),
                ('barcode', models.CharField(blank=True, max_length=64, verbose_name='barcode')),
                ('barcode_key', backoffice.db.fields.BarcodeKeyField(blank=True, max_length=128, source='barcode')),
                ('option_1', models.CharField(blank=True, max_length=60, verbose_name='first option')),
                ('option_2', models.CharField(blank=True, max_length=60, verbose_name='second option')),
                ('option_3', models.CharField(blank=True, max_length=60, verbose_name='third option')),
                ('option_1_key', backoffice.db.fields.FoldedField(blank=True, max_length=120, source='option_1')),
                ('option_2_key', backoffice.db.fields.FoldedField(blank=True, max_length=120, source='option_2')),
                ('option_3_key', backoffice.db.fields.FoldedField(blank=True, max_length=120, source='option_3')),
                ('price', backoffice.db.money_fields.MoneyField(verbose_name='price')),
                ('description', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(10000)], verbose_name='description')),
                ('cost', backoffice.db.money_fields.MoneyField(blank=True, help_text='What one unit costs the shop. Only those who may edit products see it.', null=True, verbose_name='cost')),
                ('weight_grams', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100000000)], verbose_name='weight')),
                ('supplier_number', models.CharField(blank=True, max_length=64, verbose_name='supplier’s number')),
                ('picture', models.CharField(blank=True, editable=False, max_length=32)),
                ('is_active', models.BooleanField(default=True, help_text='Off: kept, but cannot be ordered.', verbose_name='on sale')),
                ('low_stock_threshold', models.PositiveIntegerField(blank=True, help_text='Empty: the shop’s own.', null=True, verbose_name='low-stock level')),
                ('on_hand', models.IntegerField(default=0, editable=False)),
                ('reserved', models.IntegerField(default=0, editable=False)),
                ('available', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('on_hand'), '-', models.F('reserved')), output_field=models.IntegerField())),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.category', verbose_name='category')),
                ('family', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.productfamily', verbose_name='family')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'ordering': ('sku',),
                'permissions': (('move_stock', 'Can receive, adjust, count, import and undo stock'),),
            },
        ),
        migrations.CreateModel(
            name='FamilyChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('created', 'Created'), ('changed', 'Changed'), ('dissolved', 'Dissolved')], max_length=9)),
                ('changes', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('family', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='catalog.productfamily')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProductImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('applied', 'Applied'), ('undone', 'Undone')], default='planned', max_length=8, verbose_name='state')),
                ('file_name', models.CharField(max_length=255)),
                ('ignored_columns', models.JSONField(default=list)),
                ('remarks', models.JSONField(default=list, help_text='What was noticed about the file: code and facts.')),
                ('rows_count', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('problems', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('applied_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('kept_since', models.DateTimeField(editable=False, null=True)),
                ('columns', models.JSONField(default=list)),
                ('new', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'product import',
                'verbose_name_plural': 'product imports',
                'ordering': ('-id',),
            },
            managers=[
                ('with_incomplete', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ProductChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('created', 'Created'), ('changed', 'Changed'), ('undone', 'Undone')], max_length=8)),
                ('changes', models.JSONField(default=dict)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='catalog.product')),
                ('product_import', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='catalog.productimport')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProductImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('sku', models.CharField(max_length=255)),
                ('outcome', models.CharField(max_length=8)),
                ('cells', models.JSONField(default=list)),
                ('faults', models.JSONField(default=list)),
                ('changes', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('problems', models.JSONField(default=list)),
                ('problem_code', models.CharField(blank=True, max_length=40)),
                ('product_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='catalog.productimport')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProductPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=32)),
                ('alt', models.CharField(blank=True, help_text='What it shows, for whoever cannot see it.', max_length=255, verbose_name='alt text')),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('digest', models.CharField(max_length=64)),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='catalog.product')),
            ],
            options={
                'ordering': ('position', 'id'),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StockImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('applied', 'Applied'), ('undone', 'Undone')], default='planned', max_length=8, verbose_name='state')),
                ('file_name', models.CharField(max_length=255)),
                ('ignored_columns', models.JSONField(default=list)),
                ('remarks', models.JSONField(default=list, help_text='What was noticed about the file: code and facts.')),
                ('rows_count', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('problems', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('applied_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('kept_since', models.DateTimeField(editable=False, null=True)),
                ('mode', models.CharField(choices=[('count', "Count: set on hand to the file's quantity"), ('receive', "Receive: add the file's quantity")], max_length=8, verbose_name='mode')),
                ('digest', models.CharField(help_text='Of the mode and what the rows say.', max_length=64)),
                ('changes', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'stock import',
                'verbose_name_plural': 'stock imports',
                'ordering': ('-id',),
            },
            managers=[
                ('with_incomplete', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='StockImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='The line in the file; the header is line 1.')),
                ('sku', models.CharField(max_length=255)),
                ('name', models.CharField(blank=True, max_length=255)),
                ('quantity', models.CharField(help_text='As it was written in the file.', max_length=255)),
                ('expected', models.CharField(blank=True, max_length=255)),
                ('note', models.CharField(blank=True, max_length=255)),
                ('now', models.IntegerField(null=True)),
                ('after', models.IntegerField(null=True)),
                ('change', models.IntegerField(null=True)),
                ('problem_code', models.CharField(blank=True, max_length=40)),
                ('remark_code', models.CharField(blank=True, max_length=40)),
                ('facts', models.JSONField(default=dict, help_text='Figures that the sentence about the code needs.')),
                ('product', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
                ('stock_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='catalog.stockimport')),
            ],
        ),
        migrations.CreateModel(
            name='StockMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('receive', 'Received'), ('adjust', 'Adjusted'), ('count', 'Counted'), ('reserve', 'Reserved'), ('release', 'Released'), ('ship', 'Shipped'), ('unship', 'Shipment undone'), ('restock', 'Restocked'), ('import', 'Imported'), ('undo', 'Import undone')], max_length=8, verbose_name='kind')),
                ('on_hand_delta', models.IntegerField(default=0, verbose_name='change on hand')),
                ('reserved_delta', models.IntegerField(default=0, verbose_name='change reserved')),
                ('on_hand_after', models.IntegerField(verbose_name='on hand afterwards')),
                ('reserved_after', models.IntegerField(verbose_name='reserved afterwards')),
                ('reason', models.CharField(blank=True, choices=[('correction', 'Correction'), ('damaged', 'Damaged'), ('lost', 'Lost'), ('found', 'Found')], max_length=10, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=255, verbose_name='note')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='reference')),
                ('held_for', models.CharField(blank=True, help_text="What reserved units are held for: an order's number.", max_length=40, verbose_name='held for')),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='catalog.product', verbose_name='product')),
                ('stock_import', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='catalog.stockimport', verbose_name='stock import')),
            ],
            options={
                'verbose_name': 'stock movement',
                'verbose_name_plural': 'stock movements',
            },
        ),
        migrations.CreateModel(
            name='EarlierSku',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=64)),
                ('sku_key', backoffice.db.fields.FoldedField(max_length=128, source='sku')),
                ('until', models.DateTimeField(default=django.utils.timezone.now)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier_skus', to='catalog.product')),
            ],
            options={
                'ordering': ('-id',),
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('sku_key',), name='earlier_sku_once')],
            },
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['name'], name='product_name'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', Decimal(0))), name='product_price_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', Decimal(0))), name='product_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__gte', 0)), name='product_on_hand_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__gte', 0)), name='product_reserved_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__lte', models.F('on_hand'))), name='product_reserved_within_on_hand'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('sku_key',), name='product_once_per_sku'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(condition=models.Q(('barcode_key', ''), _negated=True), fields=('barcode_key',), name='product_barcode_unique'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(condition=models.Q(('family__isnull', False)), fields=('family', 'option_1_key', 'option_2_key', 'option_3_key'), name='product_variant_once'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('family__isnull', True), ('option_1_key', ''), ('option_2_key', ''), ('option_3_key', '')), models.Q(('family__isnull', False), models.Q(('option_1_key', ''), _negated=True), models.Q(('option_3_key', ''), models.Q(('option_2_key', ''), _negated=True), _connector='OR')), _connector='OR'), name='product_options_of_family'),
        ),
        migrations.AddIndex(
            model_name='productchange',
            index=models.Index(fields=['product', '-id'], name='change_of_product'),
        ),
        migrations.AddIndex(
            model_name='productchange',
            index=models.Index(fields=['actor'], name='change_by'),
        ),
        migrations.AddIndex(
            model_name='productchange',
            index=models.Index(condition=models.Q(('product_import__isnull', False)), fields=['product_import'], name='change_of_import'),
        ),
        migrations.AddConstraint(
            model_name='productimportrow',
            constraint=models.UniqueConstraint(fields=('product_import', 'row'), name='product_import_row_once'),
        ),
        migrations.AddConstraint(
            model_name='productpicture',
            constraint=models.UniqueConstraint(fields=('name',), name='picture_once_per_name'),
        ),
        migrations.AddConstraint(
            model_name='productpicture',
            constraint=models.UniqueConstraint(fields=('product', 'digest'), name='picture_once_per_product'),
        ),
        migrations.AddIndex(
            model_name='stockimport',
            index=models.Index(fields=['digest'], name='stock_import_digest'),
        ),
        migrations.AddConstraint(
            model_name='stockimportrow',
            constraint=models.UniqueConstraint(fields=('stock_import', 'row'), name='import_row_once_per_line'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['product', '-id'], name='movement_of_product'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['reference'], name='movement_reference'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['at'], name='movement_at'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['actor'], name='movement_by'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(condition=models.Q(('stock_import__isnull', False)), fields=['stock_import'], name='movement_of_import'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand_after__gte', 0)), name='movement_on_hand_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reserved_after__gte', 0)), name='movement_reserved_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reserved_after__lte', models.F('on_hand_after'))), name='movement_reserved_within_on_hand'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('on_hand_delta', 0), ('reserved_delta', 0), _negated=True), ('kind', 'count'), _connector='OR'), name='movement_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('reserve', 'release', 'ship', 'unship', 'restock', 'import', 'undo'))), fields=('product', 'kind', 'reference'), name='movement_once_per_reference'),
        ),
        migrations.RunPython(create, drop),
    ]
