"""Checks the machine: room on its disk, the proxy before it, and who may read the shop's files."""

from pathlib import Path

from cli.doctor.findings import Finding, Verdict, fine, note, trouble
from cli.terminal.words import gettext as _

LEAST_FREE_BYTES, ENOUGH_FREE_BYTES = 100 * 1_048_576, 1_024 * 1_048_576


def check_disk() -> Finding:
    """Check the folders of the shop's files: whether there is room, and whether they can be written."""
    import os
    from tempfile import TemporaryFile

    from django.conf import settings
    from django.db import connection

    folders = {settings.VAR_DIR}
    if connection.vendor == "sqlite":
        folders.add(Path(connection.settings_dict["NAME"]).absolute().parent)
    least = None
    for folder in sorted(folder for folder in folders if folder.is_dir()):
        try:
            with TemporaryFile(dir=folder) as probe:
                probe.write(bytes(4_096))
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            return trouble(
                _("nothing can be written in %(folder)s: %(reason)s; make room there")
                % {"folder": folder, "reason": error.strerror}
            )
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize
        if free < LEAST_FREE_BYTES:
            return trouble(
                _("%(megabytes)s MB are free in %(folder)s; make room there")
                % {"megabytes": f"{free >> 20:,}", "folder": folder}
            )
        least = free if least is None else min(least, free)
    if least is None:
        return fine(_("no folder of its own"))
    state = Verdict.NOTE if least < ENOUGH_FREE_BYTES else Verdict.OK
    return Finding(
        state, _("%(megabytes)s MB are free, and what is written stays") % {"megabytes": f"{least >> 20:,}"}
    )


def check_proxy() -> Finding:
    from django.conf import settings

    if settings.IS_HTTPS and not settings.TRUSTED_PROXIES:
        return trouble(
            _(
                "SHOP_URL is https, but TRUSTED_PROXIES names no proxy: every request is sent to "
                "https again and"
                " again; set TRUSTED_PROXIES to the address of the proxy that ends https"
            )
        )
    if not settings.IS_HTTPS:
        return note(_("%(url)s is not https: for this machine alone") % {"url": settings.SHOP_URL})
    return fine(_("https, told by %(proxies)s") % {"proxies": ", ".join(settings.TRUSTED_PROXIES)})


def check_private_files() -> Finding:
    """Check that no other user of the machine can read secrets, the database, or mails with links."""
    from django.conf import settings
    from django.db import connection

    files = [settings.VAR_DIR / name for name in ("secret_key", "jwt_keys", "admin_login")]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        files += [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    files += [settings.VAR_DIR / "mail", settings.BASE_DIR / ".env"]
    # A folder that others may not enter keeps all that is in it.
    open_to_others = [
        path
        for path in files
        if path.exists() and path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o011
    ]
    if open_to_others:
        named = " ".join(str(path) for path in open_to_others)
        return trouble(_("others on this machine may read them; run: chmod go= %(files)s") % {"files": named})
    return fine(_("secrets are their owner's alone"))
