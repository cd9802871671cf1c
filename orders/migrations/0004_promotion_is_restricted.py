import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def say_which_are_restricted(apps, schema_editor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG001
    """Until now a promotion was restricted when it named something."""
    promotions = apps.get_model("orders", "Promotion").objects.all()
    named = (
        apps.get_model("orders", name).objects.filter(promotion=OuterRef("pk"))
        for name in ("PromotionCategory", "PromotionProduct")
    )
    categories, products = named
    promotions.filter(Q(Exists(categories)) | Q(Exists(products))).update(is_restricted=True)


class Migration(migrations.Migration):
    dependencies = [
        ('catalog', '0003_sku_not_dots'),
        ('orders', '0003_order_lists'),
    ]
    operations = [
        migrations.AddField(
            model_name='promotion',
            name='is_restricted',
            field=models.BooleanField(default=False, help_text='Whether it applies to its categories and products alone. One that names none of them applies to nothing.'),
        ),
        # The tables are there already, made by the ManyToManyFields.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='PromotionCategory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category')),
                        ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.promotion')),
                    ],
                    options={
                        'verbose_name': 'promotion',
                        'db_table': 'orders_promotion_categories',
                        'default_permissions': (),
                        'unique_together': {('promotion', 'category')},
                    },
                ),
                migrations.AlterField(
                    model_name='promotion',
                    name='categories',
                    field=models.ManyToManyField(blank=True, related_name='+', through='orders.PromotionCategory', to='catalog.category'),
                ),
                migrations.CreateModel(
                    name='PromotionProduct',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.product')),
                        ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.promotion')),
                    ],
                    options={
                        'verbose_name': 'promotion',
                        'db_table': 'orders_promotion_products',
                        'default_permissions': (),
                        'unique_together': {('promotion', 'product')},
                    },
                ),
                migrations.AlterField(
                    model_name='promotion',
                    name='products',
                    field=models.ManyToManyField(blank=True, related_name='+', through='orders.PromotionProduct', to='catalog.product'),
                ),
            ],
        ),
        migrations.RunPython(say_which_are_restricted, migrations.RunPython.noop),
    ]
