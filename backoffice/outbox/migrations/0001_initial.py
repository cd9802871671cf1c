import backoffice.languages
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='EmailMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=120)),
                ('about', models.CharField(blank=True, help_text="What it is about: an order's number, if it is about an order.", max_length=64)),
                ('template', models.CharField(max_length=60, verbose_name='occasion')),
                ('recipient', models.EmailField(max_length=254)),
                ('context', models.JSONField(default=dict)),
                ('language', models.CharField(default=backoffice.languages.language_of_shop, max_length=10)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Being sent'), ('sent', 'Sent'), ('dead', 'Given up'), ('suppressed', 'Not sent (demo)'), ('withdrawn', 'Withdrawn')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('leased_until', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
                ('subject', models.CharField(blank=True, max_length=255)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
                ('forgotten_at', models.DateTimeField(help_text='When its text was erased. That it was sent, and what for, is kept.', null=True)),
            ],
            options={
                'verbose_name': 'e-mail',
                'permissions': (('requeue_emailmessage', 'Can send e-mails again'),),
                'indexes': [models.Index(condition=models.Q(('state__in', ('queued', 'sending'))), fields=['attempts', 'next_attempt_at', 'id'], name='email_due'), models.Index(fields=['state', '-id'], name='email_by_state'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about', '-id'], name='email_about')],
                'constraints': [models.UniqueConstraint(fields=('cause', 'template', 'recipient'), name='email_once_per_cause_and_recipient')],
            },
        ),
    ]
