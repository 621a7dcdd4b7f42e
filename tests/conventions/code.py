"""Our own source files as trees, for tests that hold them to the house rules."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("videojobs", "dashboard")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources(*folders: str) -> dict[str, Path]:
    """Return our modules by dotted name; migrations are written by a machine and left out."""
    found = {}
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Give every imported name in full, "package.module.name" where a name is taken from a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def functions(path: Path) -> Iterator[FunctionNode]:
    """Give every function and method."""
    for node in ast.walk(tree(path)):
        if isinstance(node, FunctionNode):
            yield node


def calls(path: Path) -> Iterator[ast.Call]:
    """Give every call."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node


def assigned_attributes(path: Path) -> Iterator[ast.Attribute]:
    """Give every `something.name` that is assigned to."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node


def place(path: Path, node: ast.stmt | ast.expr | ast.Attribute) -> str:
    """Return where a node stands, as a person opens it."""
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def committed_files() -> list[Path]:
    """Return all files that are in the repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
