"""How static files get their names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Scripts name what they import by content too, so that no page mixes old and new ones."""

    support_js_module_import_aggregation = True
