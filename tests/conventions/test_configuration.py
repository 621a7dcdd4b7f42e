"""The table of the environment is whole."""

import ast
import re

from tests.conventions.code import ROOT, calls


def variables_read() -> set[str]:
    """Return the variables that the settings read."""
    return {
        call.args[0].value
        for call in calls(ROOT / "dashboard" / "settings.py")
        if ast.unparse(call.func).startswith("environment.")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def variables_documented() -> list[str]:
    """Return the variables in the table, in its order."""
    text = (ROOT / "docs" / "configuration.md").read_text()
    return re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)


def test_the_table_has_each_variable_once() -> None:
    documented = variables_documented()
    assert sorted(documented) == sorted(variables_read())


def test_the_table_has_what_people_rely_on() -> None:
    relied_on = {
        "TOGETHER_API_KEY",
        "DATABASE_URL",
        "DATA_DIR",
        "PUBLIC_URL",
        "MIN_FREE_DISK",
        "PROVIDER_PLACES",
    }
    assert relied_on <= set(variables_documented())
