# syntax=docker/dockerfile:1
FROM python:3.13-slim AS packages
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt \
    && { /venv/bin/python -m compileall -q /venv/lib || true; }

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TZ=UTC \
    DEBUG=0 \
    VAR_DIR=/app/var
# pg_dump as new as the server, for `shopctl backup` and `restore`: Debian's own is older.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin shop
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
COPY --chmod=755 <<'EOS' /venv/bin/shopctl
#!/venv/bin/python
import sys

from cli.app import main

sys.exit(main())
EOS
# What the environment does not name is made once, on the volume that every service of one machine shares.
# Several machines must share SECRET_KEY and JWT_KEYS by name; without this command their absence stops the start.
COPY --chmod=755 <<'EOS' /venv/bin/with-kept-secrets
#!/bin/sh
set -eu
umask 077
kept() {
    if [ ! -s "$VAR_DIR/$1" ]; then
        new=$(mktemp "$VAR_DIR/.$1.XXXXXX")
        python -c "import secrets; print('$2' + secrets.token_urlsafe(50))" >"$new"
        # A link is made whole or not at all: two starts at once agree on one secret.
        ln "$new" "$VAR_DIR/$1" 2>/dev/null || true
        rm "$new"
    fi
    cat "$VAR_DIR/$1"
}
[ -n "${SECRET_KEY:-}" ] || SECRET_KEY=$(kept secret_key "")
[ -n "${JWT_KEYS:-}" ] || JWT_KEYS=$(kept jwt_keys "first:")
export SECRET_KEY JWT_KEYS
exec "$@"
EOS
COPY --chmod=755 <<'EOS' /venv/bin/is-healthy
#!/venv/bin/python
import os
import urllib.request

# Asked by a name that the shop answers to: DJANGO_ALLOWED_HOSTS need not list 127.0.0.1.
hosts = os.environ.get("DJANGO_ALLOWED_HOSTS", "").replace(",", " ").split()
host = next((name.lstrip(".") for name in hosts if name != "*"), "127.0.0.1")
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
urllib.request.urlopen(request, timeout=4)
EOS
# Of worker and scheduler: the clock of the one queues a task each minute that the other runs.
COPY --chmod=755 <<'EOS' /venv/bin/is-beating
#!/venv/bin/python
import os
import sys

import psycopg

names = {"host": "SQL_HOST", "port": "SQL_PORT", "dbname": "SQL_DATABASE", "user": "SQL_USER", "password": "SQL_PASSWORD"}
with psycopg.connect(connect_timeout=5, **{key: os.environ[name] for key, name in names.items()}) as session:
    found = session.execute(
        "SELECT seen_at > now() - interval '3 minutes' FROM backoffice_heartbeat WHERE name = 'worker'"
    ).fetchone()
sys.exit(0 if found and found[0] else "No task has run for three minutes.")
EOS
# The static files stay in the image, collected: a start finds them there, and none of an older one is ever served.
RUN echo /app >"$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/backoffice.pth" \
    && mkdir -p /tmp/build/static \
    && VAR_DIR=/tmp/build python manage.py shell -v0 -c "from backoffice.runtime import static_files as files; files.serve_collected_files()" \
    && mv /tmp/build/static static \
    && rm -rf /tmp/build \
    && mkdir var \
    && ln -s /app/static var/static \
    && chmod -R a+rX /app \
    && chown shop var
USER shop
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["is-healthy"]
CMD ["shopctl", "serve", "--no-worker", "--host", "0.0.0.0", "--processes", "2"]
