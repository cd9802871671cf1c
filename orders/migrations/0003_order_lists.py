from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_order_serial")]
    operations = [
        migrations.RemoveIndex(
            model_name='order',
            name='order_promo_code',
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
    ]
