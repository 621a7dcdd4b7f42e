"""The fonts of a statement are those of the manifest, with their licence."""

import hashlib
import json

import pytest

from videojobs.statements.paper import FONTS

MANIFEST = json.loads((FONTS / "manifest.json").read_text())


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: str(entry["file"]))
def test_a_font_is_the_one_of_the_manifest(entry: dict[str, str]) -> None:
    assert hashlib.sha256((FONTS / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"] and entry["licence"]


def test_every_file_is_in_the_manifest() -> None:
    there = {path.name for path in FONTS.iterdir()}
    assert there == {entry["file"] for entry in MANIFEST} | {"manifest.json"}
