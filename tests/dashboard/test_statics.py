from pathlib import Path

import pytest
from django.core.management import call_command

from dashboard.statics import Storage


def test_scripts_name_what_they_import_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(location=str(tmp_path), base_url="/static/")
    monkeypatch.setattr(
        "django.contrib.staticfiles.management.commands.collectstatic.staticfiles_storage", storage
    )
    call_command("collectstatic", interactive=False, verbosity=0)
    live = next(tmp_path.glob("dashboard/live.*.js"))
    site = tmp_path / storage.stored_name("dashboard/site.js")
    assert f'"./{live.name}"' in site.read_text()
