from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RenameField("user", "date_joined", "created_at"),
        migrations.RemoveField("customer", "anonymised_at"),
        migrations.RemoveField("accountevent", "text"),
        migrations.AddField("accountevent", "facts", models.JSONField(blank=True, default=dict)),
    ]
