"""What the site serves comes from here, and is what its makers published."""

import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from videojobs.states import State

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "dashboard" / "static"
VENDOR = STATIC / "vendor"
OWN = sorted(path for path in (STATIC / "dashboard").rglob("*") if path.suffix in {".js", ".css", ".svg"})
ELSEWHERE = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+/""")
NAMESPACES = ("http://www.w3.org/",)


def manifest() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((VENDOR / "manifest.json").read_text())
    return entries


@pytest.mark.parametrize("entry", manifest(), ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_published_one(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"]
    assert entry["licence"]


def test_every_vendored_file_is_in_the_manifest() -> None:
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {entry["file"] for entry in manifest()} | {"manifest.json"}


def test_every_vendored_package_brings_its_licence() -> None:
    packages = {Path(entry["file"]).parts[0] for entry in manifest()}
    assert {package for package in packages if not (VENDOR / package / "LICENSE").is_file()} == set()


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    found = ELSEWHERE.findall(re.sub(r"(?m)^\s*//.*$", "", path.read_text()))
    assert [address for address in found if not address.startswith(NAMESPACES)] == []


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".svg"], ids=lambda path: path.name)
def test_drawings_carry_no_script_and_no_inline_style(path: Path) -> None:
    for element in ElementTree.parse(path).iter():
        assert not element.tag.endswith(("script", "style"))
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_every_state_has_a_shape() -> None:
    sprite = (STATIC / "dashboard" / "icons.svg").read_text()
    assert [state for state in State if f'id="state-{state}"' not in sprite] == []


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_scripts_import_files_that_exist(path: Path) -> None:
    for name in re.findall(r'from "(\./[^"]+)"', path.read_text()):
        assert (path.parent / name).is_file()


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_scripts_need_no_exception_from_the_policy(path: Path) -> None:
    text = path.read_text()
    for word in ("eval(", "new Function", "innerHTML", "document.write", 'setAttribute("style'):
        assert word not in text


def test_the_fonts_stay_light() -> None:
    assert sum(path.stat().st_size for path in VENDOR.rglob("*.woff2")) < 200_000
