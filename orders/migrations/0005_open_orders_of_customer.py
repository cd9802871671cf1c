from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_promotion_is_restricted")]
    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ('pending', 'partially_shipped'))), fields=['customer'], name='order_open_of_customer'),
        ),
    ]
