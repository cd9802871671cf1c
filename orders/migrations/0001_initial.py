import backoffice.db.fields
import backoffice.db.money_fields
import backoffice.db.search_text
import backoffice.languages
import backoffice.money.amounts
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.math
import django.db.models.functions.text
import django.db.models.manager
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


SEQUENCE = "orders_order_serial_seq"
FIRST = 100_001


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Order numbers come from a sequence of the column's own, which is never moved back."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE SEQUENCE {SEQUENCE} START {FIRST} OWNED BY orders_order.serial")


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP SEQUENCE IF EXISTS {SEQUENCE}")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('search_text', backoffice.db.search_text.SearchTextField(texts=('name',))),
                ('kind', models.CharField(choices=[('percentage', 'Percentage'), ('fixed', 'Fixed amount')], default='percentage', max_length=10, verbose_name='kind')),
                ('percent_off', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('amount_off', backoffice.db.money_fields.MoneyField(blank=True, null=True)),
                ('max_discount', backoffice.db.money_fields.MoneyField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(backoffice.money.amounts.smallest)])),
                ('minimum_spend', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, validators=[django.core.validators.MinValueValidator(Decimal(0))])),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('max_uses_per_customer', models.PositiveIntegerField(blank=True, default=1, help_text='Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('first_order_only', models.BooleanField(default=False)),
                ('is_restricted', models.BooleanField(default=False, help_text='Whether it applies to its categories and products alone. One that names none of them applies to nothing.')),
                ('is_paused', models.BooleanField(default=False, verbose_name='paused')),
                ('is_batch', models.BooleanField(default=False, editable=False)),
                ('expired_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.BigIntegerField(editable=False, unique=True)),
                ('prefix', models.CharField(editable=False, max_length=20)),
                ('number', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(models.F('prefix'), django.db.models.functions.comparison.Cast(models.F('serial'), models.CharField())), output_field=models.CharField(max_length=40))),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('partially_shipped', 'Part-shipped'), ('shipped', 'In transit'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled')], default='pending', editable=False, max_length=20, verbose_name='status')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('currency', models.CharField(editable=False, max_length=3)),
                ('language', models.CharField(blank=True, choices=backoffice.languages.languages, max_length=10, verbose_name='language')),
                ('ship_name', models.CharField(max_length=120, verbose_name='name')),
                ('ship_line1', models.CharField(max_length=120, verbose_name='address')),
                ('ship_line2', models.CharField(blank=True, max_length=120, verbose_name='address, second line')),
                ('ship_city', models.CharField(max_length=80, verbose_name='city')),
                ('ship_region', models.CharField(blank=True, max_length=80, verbose_name='region')),
                ('ship_postcode', models.CharField(blank=True, max_length=20, verbose_name='postcode')),
                ('ship_country', models.CharField(help_text='ISO 3166-1 alpha-2, such as DE.', max_length=2, verbose_name='country')),
                ('ship_phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('subtotal', backoffice.db.money_fields.MoneyField(editable=False)),
                ('discount', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, editable=False)),
                ('shipping', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, editable=False)),
                ('total', backoffice.db.money_fields.MoneyField(editable=False, verbose_name='total')),
                ('credited', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, editable=False)),
                ('net', models.GeneratedField(db_persist=True, expression=django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('total'), '-', models.F('credited')), output_field=backoffice.db.money_fields.MoneyField(), precision=3), output_field=backoffice.db.money_fields.MoneyField())),
                ('paid', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, editable=False)),
                ('waived', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, editable=False)),
                ('due', models.GeneratedField(db_persist=True, expression=django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('total'), '-', models.F('credited')), '-', models.F('paid')), '-', models.F('waived')), output_field=backoffice.db.money_fields.MoneyField(), precision=3), output_field=backoffice.db.money_fields.MoneyField(verbose_name='due'))),
                ('payment_due_on', models.DateField(blank=True, null=True, verbose_name='to be paid by')),
                ('units', models.PositiveIntegerField(editable=False, help_text='Units ordered, over all lines.')),
                ('promo_code', models.CharField(blank=True, editable=False, max_length=40)),
                ('promo_terms', models.JSONField(editable=False, null=True)),
                ('explanation', models.JSONField(default=list, editable=False)),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], editable=False, max_length=6)),
                ('placed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('origin', models.CharField(choices=[('shop', 'This shop'), ('demo', 'Demo')], default='shop', editable=False, max_length=20)),
                ('external_number', models.CharField(blank=True, editable=False, help_text='The number it had where it came from.', max_length=60)),
                ('external_key', backoffice.db.fields.FoldedField(blank=True, max_length=1100, source='external_number')),
                ('search_text', backoffice.db.search_text.SearchTextField(codes=('ship_postcode',), phones=('ship_phone',), texts=('email', 'readable_email', 'ship_name', 'ship_city'))),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='accounts.customer')),
                ('placed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'permissions': (('ship_order', 'Can ship orders and mark them delivered'), ('return_order', 'Can register returns'), ('cancel_order', 'Can cancel orders'), ('comment_order', 'Can comment on orders'), ('export_order', 'Can export orders'), ('view_revenue', 'Can see revenue')),
            },
        ),
        migrations.CreateModel(
            name='Cancellation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(help_text='Such as B-100042-C1.', max_length=60)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('shipping_credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cancellations', to='orders.order')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(help_text='Such as B-100042-A1.', max_length=60)),
                ('amount', backoffice.db.money_fields.MoneyField(help_text='Over all lines, and of the shipping fee.')),
                ('shipping', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, help_text='The part of it that is of the shipping fee.')),
                ('reason', models.CharField(max_length=255)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allowances', to='orders.order')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='OrderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('placed', 'Placed'), ('edited', 'Edited'), ('shipped', 'Shipped'), ('shipment_corrected', 'Shipment corrected'), ('shipment_undone', 'Shipment undone'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled'), ('returned', 'Returned'), ('payment_recorded', 'Payment recorded'), ('paid_back', 'Paid back'), ('charged_back', 'Charged back'), ('allowed', 'Allowance granted'), ('written_off', 'Balance written off'), ('payment_reversed', 'Payment entry reversed'), ('due_date_changed', 'Due date changed'), ('reminded', 'Reminded of payment'), ('email_sent_again', 'E-mail sent again'), ('comment', 'Comment')], max_length=30)),
                ('facts', models.JSONField(default=dict)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='orders.order')),
            ],
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('sku', models.CharField(max_length=64, verbose_name='SKU')),
                ('name', models.CharField(max_length=255)),
                ('unit_price', backoffice.db.money_fields.MoneyField()),
                ('quantity', models.PositiveIntegerField()),
                ('subtotal', backoffice.db.money_fields.MoneyField()),
                ('discount', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('shipped', models.PositiveIntegerField(default=0)),
                ('delivered', models.PositiveIntegerField(default=0)),
                ('cancelled', models.PositiveIntegerField(default=0)),
                ('returned', models.PositiveIntegerField(default=0)),
                ('credited', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('allowed', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='order_lines', to='catalog.product')),
            ],
            options={
                'ordering': ('order', 'position'),
            },
        ),
        migrations.CreateModel(
            name='CancellationLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('cancellation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.cancellation')),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
            ],
        ),
        migrations.CreateModel(
            name='AllowanceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', backoffice.db.money_fields.MoneyField()),
                ('allowance', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.allowance')),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('payment', 'Payment'), ('refund', 'Paid back'), ('chargeback', 'Charged back'), ('write_off', 'Written off'), ('reversal', 'Reversal')], max_length=10, verbose_name='kind')),
                ('paid_delta', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, verbose_name='change of paid')),
                ('waived_delta', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero, verbose_name='change of waived')),
                ('paid_after', backoffice.db.money_fields.MoneyField(verbose_name='paid afterwards')),
                ('waived_after', backoffice.db.money_fields.MoneyField(verbose_name='waived afterwards')),
                ('method', models.CharField(blank=True, choices=[('bank_transfer', 'Bank transfer'), ('card', 'Card'), ('paypal', 'PayPal'), ('cash', 'Cash'), ('cash_on_delivery', 'Cash on delivery'), ('voucher', 'Voucher'), ('other', 'Other')], max_length=16, verbose_name='method')),
                ('provider', models.CharField(blank=True, max_length=60, verbose_name='provider')),
                ('reference', models.CharField(blank=True, help_text='The bank’s or provider’s own number.', max_length=120, verbose_name='reference')),
                ('settles', models.CharField(blank=True, help_text='The return, cancellation or allowance that is paid back, such as B-100042-R1.', max_length=60, verbose_name='settles')),
                ('value_date', models.DateField(help_text='The day on the bank’s statement.', verbose_name='value date')),
                ('note', models.CharField(blank=True, max_length=255, verbose_name='note')),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payment_entries', to='orders.order', verbose_name='order')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='orders.paymententry', verbose_name='reverses')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'permissions': (('view_payment_state', 'Can see whether orders are paid'), ('record_payment', 'Can record payments'), ('pay_back', 'Can pay money back'), ('grant_allowance', 'Can grant small allowances'), ('grant_any_allowance', 'Can grant allowances of any amount'), ('write_off', 'Can write off balances of any amount'), ('ship_unpaid', 'Can ship orders that are not paid')),
            },
        ),
        migrations.CreateModel(
            name='PaymentClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(choices=[('bank_transfer', 'Bank transfer'), ('card', 'Card'), ('paypal', 'PayPal'), ('cash', 'Cash'), ('cash_on_delivery', 'Cash on delivery'), ('voucher', 'Voucher'), ('other', 'Other')], max_length=16)),
                ('provider', models.CharField(blank=True, help_text='Folded, as keys are.', max_length=60)),
                ('reference', models.CharField(help_text='Folded, as keys are.', max_length=120)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='orders.paymententry')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentImport',
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
                ('format', models.CharField(help_text='Such as camt, mt940, bank or stripe.', max_length=10, verbose_name='format')),
                ('changes', models.PositiveIntegerField(default=0)),
                ('differing', models.PositiveIntegerField(default=0)),
                ('unmatched', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'payment import',
                'verbose_name_plural': 'payment imports',
                'ordering': ('-id',),
            },
            managers=[
                ('with_incomplete', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PaymentImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='The line in the file; of XML, the transaction.')),
                ('value_date', models.DateField(null=True)),
                ('amount', backoffice.db.money_fields.MoneyField(null=True)),
                ('written_date', models.CharField(blank=True, max_length=40)),
                ('written_amount', models.CharField(blank=True, max_length=40)),
                ('text', models.CharField(blank=True, max_length=500)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('method', models.CharField(blank=True, max_length=16)),
                ('provider', models.CharField(blank=True, max_length=60)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('reference_key', models.CharField(blank=True, help_text='Folded, as keys are.', max_length=120)),
                ('kind', models.CharField(blank=True, max_length=10)),
                ('note', models.CharField(blank=True, max_length=255)),
                ('outcome', models.CharField(choices=[('settles', 'settles what is due'), ('negative', 'pays back what is owed'), ('differs', 'differs from what is due'), ('known', 'booked already'), ('none', 'names no order'), ('several', 'names several orders'), ('problem', 'cannot be booked')], max_length=8)),
                ('due', backoffice.db.money_fields.MoneyField(null=True)),
                ('is_accepted', models.BooleanField(default=False, help_text='Booked although it differs.')),
                ('problem_code', models.CharField(blank=True, max_length=40)),
                ('facts', models.JSONField(default=dict, help_text='Figures that the sentence about the code needs.')),
                ('entry', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.paymententry')),
                ('order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('payment_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='orders.paymentimport')),
            ],
        ),
        migrations.CreateModel(
            name='PromoCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9_-]{3,40}\\Z', 'A promo code has 3 to 40 letters A–Z, digits, hyphens or underscores.')], verbose_name='code')),
                ('times_used', models.PositiveIntegerField(default=0, editable=False)),
                ('max_uses', models.PositiveIntegerField(blank=True, help_text='Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('is_paused', models.BooleanField(default=False, verbose_name='paused')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='orders.promotion')),
            ],
            options={
                'verbose_name': 'promo code',
                'verbose_name_plural': 'promo codes',
            },
        ),
        migrations.CreateModel(
            name='PromotionCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category')),
                ('promotion', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.promotion')),
            ],
            options={
                'verbose_name': 'promotion',
                'db_table': 'orders_promotion_categories',
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='promotion',
            name='categories',
            field=models.ManyToManyField(blank=True, related_name='+', through='orders.PromotionCategory', to='catalog.category'),
        ),
        migrations.CreateModel(
            name='PromotionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('details', models.JSONField(default=dict)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('promo_code', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='orders.promocode')),
                ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='orders.promotion')),
            ],
            options={
                'ordering': ('-at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='PromotionProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
                ('promotion', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.promotion')),
            ],
            options={
                'verbose_name': 'promotion',
                'db_table': 'orders_promotion_products',
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='promotion',
            name='products',
            field=models.ManyToManyField(blank=True, related_name='+', through='orders.PromotionProduct', to='catalog.product'),
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('use_number', models.PositiveIntegerField()),
                ('discount', backoffice.db.money_fields.MoneyField()),
                ('state', models.CharField(choices=[('active', 'Active'), ('released', 'Released')], default='active', max_length=8)),
                ('redeemed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('released_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='accounts.customer')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='orders.order')),
                ('promo_code', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='orders.promocode')),
                ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='orders.promotion')),
            ],
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(help_text='Such as B-100042-R1.', max_length=60)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('shipping_credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='orders.order')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='ReturnLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('restock', models.BooleanField(default=True)),
                ('credit', backoffice.db.money_fields.MoneyField(default=backoffice.money.amounts.zero)),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
                ('returned', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.return')),
            ],
        ),
        migrations.CreateModel(
            name='Shipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(help_text='Such as B-100042-S1.', max_length=60)),
                ('carrier', models.CharField(blank=True, max_length=60)),
                ('tracking_number', models.CharField(blank=True, max_length=80)),
                ('tracking_end', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Right(django.db.models.functions.text.Upper(django.db.models.functions.text.Replace('tracking_number', models.Value(' '))), 4), output_field=models.CharField(max_length=4))),
                ('shipping_address', models.JSONField(default=dict, help_text="Where it went, by the parts' names.")),
                ('shipped_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(help_text='When it turned out that it never left.', null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='orders.order')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='ShipmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
                ('shipment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.shipment')),
            ],
        ),
        migrations.CreateModel(
            name='CustomerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6, verbose_name='door')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('kind', models.CharField(choices=[('edited', 'Edited'), ('merged', 'Merged'), ('merge_undone', 'Merge undone'), ('email_changed', 'E-mail changed'), ('data_handed_out', 'Data handed out'), ('erasure_asked', 'Asked to be erased'), ('erasure_withdrawn', 'Wants to stay after all'), ('erased', 'Erased')], max_length=20)),
                ('facts', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='accounts.customer')),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer')),
                ('undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='orders.customerevent')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['customer', '-id'], name='event_of_customer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('other__isnull', True), models.Q(('other', models.F('customer')), _negated=True), _connector='OR'), name='customer_merged_with_another'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'merge_undone'), ('undoes__isnull', False)), models.Q(models.Q(('kind', 'merge_undone'), _negated=True), ('undoes__isnull', True)), _connector='OR'), name='customer_merge_undone_names_it')],
            },
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['placed_at', 'id', 'search_text', 'serial'], name='order_newest'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['status', '-placed_at', '-id'], name='order_by_status'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['customer', '-placed_at'], name='order_of_customer'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['email'], name='order_email'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['-total', '-id'], name='order_largest'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('promo_code', ''), _negated=True), fields=['promo_code', '-placed_at', '-id'], name='order_by_promo_code'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('note', ''), _negated=True), fields=['-placed_at', '-id'], name='order_with_note'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('external_key', ''), _negated=True), fields=['external_key'], name='order_external_number'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ('pending', 'partially_shipped'))), fields=['customer'], name='order_open_of_customer'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ('pending', 'partially_shipped'))), fields=['placed_at'], name='order_open_oldest'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('due__above_zero', True)), fields=['-placed_at', '-id'], name='order_owing'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('due__below_zero', True)), fields=['-placed_at', '-id'], name='order_owed'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('due__above_zero', True), ('payment_due_on__isnull', False)), fields=['payment_due_on', 'id'], name='order_owing_until'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('number',), name='order_once_per_number'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subtotal'), '-', models.F('discount')), '+', models.F('shipping')), output_field=backoffice.db.money_fields.MoneyField(), precision=3))), name='order_total_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('shipping__gte', 0), ('subtotal__gte', 0), ('total__gte', 0)), name='order_amounts_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount__lte', models.F('subtotal'))), name='order_discount_within_subtotal'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('credited__gte', 0), ('credited__lte', models.F('total'))), name='order_credited_within_total'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('paid__gte', 0)), name='order_paid_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(condition=models.Q(('external_number', ''), _negated=True), fields=('origin', 'external_number'), name='order_once_per_external_number'),
        ),
        migrations.AddConstraint(
            model_name='cancellation',
            constraint=models.UniqueConstraint(fields=('reference',), name='cancellation_once_per_reference'),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.UniqueConstraint(fields=('reference',), name='allowance_once_per_reference'),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('shipping__gte', 0), ('shipping__lte', models.F('amount'))), name='allowance_of_something'),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='allowance_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='orderevent',
            index=models.Index(fields=['order', '-id'], name='event_of_order'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(fields=['product', '-order'], name='line_of_product'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'product'), name='line_once_per_product'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='line_once_per_position'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='line_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('subtotal', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('unit_price'), '*', models.F('quantity')), output_field=backoffice.db.money_fields.MoneyField(), precision=3))), name='line_subtotal_multiplies'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lte', models.F('subtotal'))), name='line_discount_within_subtotal'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('shipped'), '+', models.F('cancelled')))), name='line_shipped_within_quantity'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('delivered__lte', models.F('shipped'))), name='line_delivered_were_shipped'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('returned__lte', models.F('shipped'))), name='line_returned_were_shipped'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('allowed__gte', 0), ('credited__gte', 0), ('credited__lte', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subtotal'), '-', models.F('discount')), '-', models.F('allowed')), output_field=backoffice.db.money_fields.MoneyField(), precision=3))), name='line_credited_within_total'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('credited', 0), ('cancelled__gt', 0), ('returned__gt', 0), _connector='OR'), name='line_credited_for_units'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', django.db.models.expressions.CombinedExpression(models.F('cancelled'), '+', models.F('returned'))), ('credited', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subtotal'), '-', models.F('discount')), '-', models.F('allowed')), output_field=backoffice.db.money_fields.MoneyField(), precision=3)), _connector='OR'), name='line_credited_whole_for_all_units'),
        ),
        migrations.AddConstraint(
            model_name='cancellationline',
            constraint=models.UniqueConstraint(fields=('cancellation', 'order_line'), name='cancellation_line_once'),
        ),
        migrations.AddConstraint(
            model_name='cancellationline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='cancellation_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='allowanceline',
            constraint=models.UniqueConstraint(fields=('allowance', 'order_line'), name='allowance_line_once'),
        ),
        migrations.AddConstraint(
            model_name='allowanceline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='allowance_line_positive'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['order', '-id'], name='payment_of_order'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['-value_date', '-id'], name='payment_by_day'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['actor', '-value_date', '-id'], name='payment_by'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['kind', '-value_date', '-id'], name='payment_by_kind'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['method', '-value_date', '-id'], name='payment_by_method'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(fields=['paid_delta'], name='payment_by_amount'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference'], name='payment_by_reference'),
        ),
        migrations.AddIndex(
            model_name='paymententry',
            index=models.Index(condition=models.Q(('note', ''), _negated=True), fields=['-value_date', '-id'], name='payment_with_note'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(('paid_delta', 0), ('waived_delta', 0), _connector='XOR'), name='payment_moves_one_balance'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(('paid_after__gte', 0)), name='payment_paid_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'payment'), _negated=True), ('paid_delta__gt', 0), _connector='OR'), name='payment_comes_in'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('refund', 'chargeback')), _negated=True), ('paid_delta__lt', 0), _connector='OR'), name='payment_refund_goes_out'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'write_off'), _negated=True), models.Q(('waived_delta', 0), _negated=True), _connector='OR'), name='payment_write_off_waives'),
        ),
        migrations.AddConstraint(
            model_name='paymententry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses', None)), _connector='OR'), name='payment_reversal_reverses'),
        ),
        migrations.AddConstraint(
            model_name='paymentclaim',
            constraint=models.UniqueConstraint(fields=('reference', 'method', 'provider'), name='claim_once_per_bank_line'),
        ),
        migrations.AddConstraint(
            model_name='paymentimportrow',
            constraint=models.UniqueConstraint(fields=('payment_import', 'row'), name='payment_import_row_once_per_line'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.CheckConstraint(condition=models.Q(('max_uses__isnull', True), ('times_used__lte', models.F('max_uses')), _connector='OR'), name='promo_code_within_max_uses', violation_error_message='The code was already used more often than that.'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.CheckConstraint(condition=models.Q(('max_uses__isnull', True), ('max_uses__gte', 1), _connector='OR'), name='promo_code_max_uses_positive'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.CheckConstraint(condition=models.Q(('times_used__gte', 0)), name='promo_code_used_not_negative'),
        ),
        migrations.AlterUniqueTogether(
            name='promotioncategory',
            unique_together={('promotion', 'category')},
        ),
        migrations.AlterUniqueTogether(
            name='promotionproduct',
            unique_together={('promotion', 'product')},
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_off__isnull', True), ('kind', 'percentage'), ('percent_off__gt', 0), ('percent_off__isnull', False), ('percent_off__lte', 100)), models.Q(('amount_off__gt', 0), ('amount_off__isnull', False), ('kind', 'fixed'), ('max_discount__isnull', True), ('percent_off__isnull', True)), _connector='OR'), name='promotion_kind_has_its_value', violation_error_message='Give a percentage above 0 and up to 100, or a fixed amount above 0 without a cap.'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('max_discount__isnull', True), ('max_discount__gt', 0), _connector='OR'), name='promotion_max_discount_positive'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_spend__gte', 0)), name='promotion_minimum_spend_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('ends_at__isnull', True), ('starts_at__lt', models.F('ends_at')), _connector='OR'), name='promotion_starts_before_it_ends', violation_error_message='The end must come after the start.'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('max_uses_per_customer__isnull', True), ('max_uses_per_customer__gte', 1), _connector='OR'), name='promotion_uses_per_customer_positive'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('promotion', 'customer', 'use_number'), name='redemption_once_per_use_number'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0)), name='redemption_discount_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.UniqueConstraint(fields=('reference',), name='return_once_per_reference'),
        ),
        migrations.AddConstraint(
            model_name='returnline',
            constraint=models.UniqueConstraint(fields=('returned', 'order_line', 'restock'), name='return_line_once_per_fate'),
        ),
        migrations.AddConstraint(
            model_name='returnline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='return_quantity_positive'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('tracking_number', ''), _negated=True), fields=['tracking_number'], name='shipment_tracking'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('tracking_number', ''), _negated=True), fields=['tracking_end'], name='shipment_tracking_end'),
        ),
        migrations.AddConstraint(
            model_name='shipment',
            constraint=models.UniqueConstraint(fields=('reference',), name='shipment_once_per_reference'),
        ),
        migrations.AddConstraint(
            model_name='shipment',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_at', None), ('undone_at', None), _connector='OR'), name='shipment_undone_or_delivered'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.UniqueConstraint(fields=('shipment', 'order_line'), name='shipment_line_once'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='shipment_quantity_positive'),
        ),
        migrations.RunPython(create, drop),
    ]
