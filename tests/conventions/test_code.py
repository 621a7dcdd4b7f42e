"""How our code reads: short files and functions, whole words, nothing hidden."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conventions.code import (
    PACKAGES,
    ROOT,
    FunctionNode,
    committed_files,
    functions,
    imports,
    place,
    sources,
    tree,
)

EVERYTHING = ("videojobs", "dashboard", "tests", "benchmarks")
LONGEST_FILE = 400
LONGEST_TEST_FILE = 450
LONGEST_FUNCTION = 60
ABBREVIATIONS = frozenset(
    {
        *(
            "addr",
            "arr",
            "attr",
            "btn",
            "buf",
            "calc",
            "cb",
            "cfg",
            "cmd",
            "cnt",
            "conf",
            "conn",
            "ctx",
            "curr",
        ),
        *(
            "desc",
            "dest",
            "elem",
            "err",
            "evt",
            "exc",
            "fmt",
            "fn",
            "freq",
            "func",
            "hdr",
            "idx",
            "img",
            "lst",
        ),
        *(
            "mgr",
            "msg",
            "num",
            "obj",
            "opt",
            "params",
            "pct",
            "pkg",
            "pos",
            "prev",
            "proc",
            "prop",
            "ptr",
            "pwd",
        ),
        *(
            "qs",
            "qty",
            "req",
            "resp",
            "ret",
            "sess",
            "src",
            "srv",
            "stmt",
            "str",
            "svc",
            "temp",
            "tmp",
            "tok",
        ),
        *("tx", "txt", "usr", "util", "utils", "val", "var", "vars", "ws"),
    }
)
NAMED_ELSEWHERE = frozenset(
    {
        *("tmp_path", "tmp_path_factory", "django_assert_num_queries", "django_assert_max_num_queries"),
        "path_params",  # of django-ninja's own method
    }
)
"""Names that a package gives."""

REGISTRIES = re.compile(r"(pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian|proxy\.golang|crates\.io)")


def all_functions(*folders: str) -> list[tuple[Path, FunctionNode]]:
    return [(path, node) for path in sources(*folders).values() for node in functions(path)]


def length(node: FunctionNode) -> int:
    """Return a function's lines, its docstring left out."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    assert node.end_lineno is not None
    return node.end_lineno - first.lineno + 1


def test_files_are_short() -> None:
    files = {str(path.relative_to(ROOT)): path for path in sources(*EVERYTHING).values()}
    lengths = {name: len(path.read_text().splitlines()) for name, path in files.items()}
    assert {
        name: n for name, n in lengths.items() if n > LONGEST_FILE and not name.startswith("tests/")
    } == {}
    assert {name: n for name, n in lengths.items() if n > LONGEST_TEST_FILE} == {}


def test_functions_are_short() -> None:
    long = [place(path, node) for path, node in all_functions() if length(node) > LONGEST_FUNCTION]
    assert long == []


def test_most_functions_are_very_short() -> None:
    lengths = sorted(length(node) for _path, node in all_functions())
    assert statistics.median(lengths) <= 9
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        place(path, node)
        for path in sources(*EVERYTHING).values()
        for _name, node in imports(path)
        if node not in tree(path).body and node.col_offset
    ]
    assert hidden == []


def test_every_module_says_what_it_is_for() -> None:
    files = sources(*PACKAGES, "benchmarks")
    silent = [name for name, path in files.items() if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


def names(path: Path) -> Iterator[tuple[str, ast.expr | ast.arg | FunctionNode | ast.ClassDef]]:
    """Give the names a file makes: functions, classes, arguments, variables."""
    for node in ast.walk(tree(path)):
        if isinstance(node, FunctionNode | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.arg):
            yield node.arg, node
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node


def test_names_are_whole_words() -> None:
    short = {
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in sources(*EVERYTHING).values()
        for name, node in names(path)
        if ABBREVIATIONS & set(name.lower().split("_")) and name not in NAMED_ELSEWHERE and name[:2] != "__"
    }
    assert short == set()


def test_nothing_is_left_to_be_done_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    files = [path for path in sources(*EVERYTHING).values() if path != Path(__file__)]
    assert [str(path.relative_to(ROOT)) for path in files if words.search(path.read_text())] == []


@pytest.mark.parametrize("suffix", [".py", ".txt", ".toml", ".json", ".md", ".html", ".js", ".css", ""])
def test_no_committed_file_names_a_registry(suffix: str) -> None:
    files = [path for path in committed_files() if path.suffix == suffix and path != Path(__file__)]
    named = [str(p.relative_to(ROOT)) for p in files if REGISTRIES.search(p.read_text(errors="ignore"))]
    assert named == []
