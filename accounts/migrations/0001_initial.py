import backoffice.db.search_text
import backoffice.email_addresses
import backoffice.languages
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, validators=[backoffice.email_addresses.valid_email], verbose_name='e-mail address')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('language', models.CharField(blank=True, choices=backoffice.languages.languages, max_length=10, verbose_name='language')),
                ('is_staff', models.BooleanField(default=False, help_text='May sign in to the back office.', verbose_name='staff')),
                ('is_active', models.BooleanField(default=True, help_text='Turn off instead of deleting.', verbose_name='active')),
                ('email_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('mfa_required_from', models.DateTimeField(editable=False, null=True)),
                ('auth_version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('search_text', backoffice.db.search_text.SearchTextField(texts=('email', 'readable_email', 'name'))),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
            },
        ),
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('created', 'Account created'), ('invited', 'Invited'), ('edited', 'Profile changed'), ('role', 'Role changed'), ('deactivated', 'Deactivated'), ('activated', 'Activated'), ('password', 'Password changed'), ('email_asked', 'Another e-mail address asked for'), ('email', 'E-mail address changed'), ('email_stopped', 'Change of the e-mail address stopped'), ('mfa_added', 'Second factor added'), ('mfa_removed', 'Second factor removed'), ('mfa_reset', 'Second factors removed'), ('recovery_codes', 'Recovery codes made'), ('recovery_used', 'Recovery code used'), ('link', 'Password link sent'), ('signed_in', 'Signed in'), ('refused', 'Sign-in refused'), ('limited', 'Too many guesses'), ('signed_out', 'Signed out'), ('replayed', 'A refresh token was used twice'), ('exported', 'Exported'), ('data_handed_out', "Handed out one person's data"), ('erased', 'Erased a person'), ('backed_up', 'Backup written'), ('restored', 'Backup restored')], max_length=20)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Authenticator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('totp', 'Authenticator app'), ('passkey', 'Passkey')], max_length=7)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('secret', models.CharField(blank=True, max_length=200)),
                ('last_step', models.BigIntegerField(default=0)),
                ('credential_id', models.CharField(max_length=1400, null=True)),
                ('public_key', models.TextField(blank=True)),
                ('sign_count', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authenticators', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('auth_version', models.PositiveIntegerField(default=0)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='browser_sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, validators=[backoffice.email_addresses.valid_email], verbose_name='e-mail address')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('language', models.CharField(blank=True, choices=backoffice.languages.languages, max_length=10, verbose_name='language')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('erasure_asked_at', models.DateTimeField(editable=False, help_text='When they asked to be erased; staff see to it.', null=True)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('search_text', backoffice.db.search_text.SearchTextField(phones=('phone',), texts=('email', 'readable_email', 'name'))),
                ('merged_into', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='accounts.customer')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customer', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'permissions': (('export_customer', 'Can export customers'), ('erase_customer', 'Can erase customers')),
            },
        ),
        migrations.CreateModel(
            name='EmailChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, validators=[backoffice.email_addresses.valid_email], verbose_name='e-mail address')),
                ('needs_old', models.BooleanField()),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('new_confirmed_at', models.DateTimeField(null=True)),
                ('old_confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='email_changes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('customer', 'Customer'), ('colleague', 'Colleague')], max_length=9)),
                ('key', models.BigIntegerField()),
                ('row_created_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='KnownPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('block', models.CharField(max_length=45)),
                ('first_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='known_places', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SettingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Such as SHOP_NAME.', max_length=80)),
                ('before', models.TextField(blank=True)),
                ('after', models.TextField(blank=True)),
                ('is_reset', models.BooleanField(default=False)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('cli', 'Command line'), ('import', 'Import'), ('task', 'Task')], max_length=6)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SpentChallenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=43)),
                ('spent_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('nonce',), name='challenge_spent_once')],
            },
        ),
        migrations.CreateModel(
            name='TokenFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('auth_version', models.PositiveIntegerField()),
                ('address', models.CharField(blank=True, max_length=45)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(help_text='The absolute end, however often it is refreshed.')),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_because', models.CharField(blank=True, max_length=40)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='token_families', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'token families',
            },
        ),
        migrations.CreateModel(
            name='RefreshToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64)),
                ('issued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='accounts.tokenfamily')),
            ],
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('email',), name='user_once_per_email'),
        ),
        migrations.AddIndex(
            model_name='accountevent',
            index=models.Index(fields=['user', '-id'], name='event_of_account'),
        ),
        migrations.AddConstraint(
            model_name='authenticator',
            constraint=models.UniqueConstraint(fields=('credential_id',), name='passkey_once'),
        ),
        migrations.AddConstraint(
            model_name='authenticator',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'totp')), fields=('user',), name='one_app_per_user'),
        ),
        migrations.AddConstraint(
            model_name='authenticator',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credential_id', None), ('kind', 'totp'), ('public_key', ''), models.Q(('secret', ''), _negated=True)), models.Q(('credential_id__isnull', False), ('kind', 'passkey'), ('secret', ''), models.Q(('public_key', ''), _negated=True), models.Q(('name', ''), _negated=True)), _connector='OR'), name='authenticator_is_app_or_passkey'),
        ),
        migrations.AddConstraint(
            model_name='authenticator',
            constraint=models.CheckConstraint(condition=models.Q(('last_step__gte', 0)), name='authenticator_last_step'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='customer_merged_into'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(fields=('email',), name='customer_once_per_email'),
        ),
        migrations.AddConstraint(
            model_name='emailchange',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('user',), name='email_change_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(fields=('kind', 'key', 'row_created_at'), name='erasure_once_per_row'),
        ),
        migrations.AddConstraint(
            model_name='knownplace',
            constraint=models.UniqueConstraint(fields=('user', 'block'), name='place_known_once'),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('user', 'code_hash'), name='recovery_code_once'),
        ),
        migrations.AddIndex(
            model_name='settingchange',
            index=models.Index(fields=['name', '-id'], name='change_of_setting'),
        ),
        migrations.AddConstraint(
            model_name='refreshtoken',
            constraint=models.UniqueConstraint(fields=('token_hash',), name='refresh_token_once'),
        ),
    ]
