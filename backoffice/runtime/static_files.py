"""How files that browsers load are named and cached once they are collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):
    """Each name holds the hash of its file, also where one module imports another.

    Under two names a module would run twice, and under its plain one an old copy could meet a new page.
    """

    support_js_module_import_aggregation = True
