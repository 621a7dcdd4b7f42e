"""Reading directives, setting faults, counting them."""

from pathlib import Path

import pytest

from tests.simulator import ROOT, Simulator, start_simulator
from videojobs.provider.simulator_faults import (
    KINDS,
    Directive,
    FaultBoard,
    UnknownFault,
    parse,
    without_directives,
)


def test_directives_are_read_with_value_and_times() -> None:
    prompt = (
        "a cat [[fault:create=429*2]] sits [[fault:tiny-clip]][[fault:fail-message=No <b>cats</b>, please]]"
    )

    assert parse(prompt) == (
        Directive("create", "429", 2),
        Directive("tiny-clip"),
        Directive("fail-message", "No <b>cats</b>, please"),
    )
    assert without_directives(prompt) == "a cat sits"


@pytest.mark.parametrize(
    ("short", "name", "value"),
    [
        ("cost-missing", "cost", "missing"),
        ("create-drop-after", "create-drop", "after"),
        ("link-life=2", "link-life", "2"),
    ],
)
def test_a_value_may_be_part_of_the_name(short: str, name: str, value: str) -> None:
    assert parse(f"[[fault:{short}]]") == (Directive(name, value),)


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        "create=banana",
        "take=soon",
        "clip-size=huge",
        "clip-seconds=0",
        "clip-format=GIF",
        "",
        "look=4040",
    ],
)
def test_a_wrong_directive_is_refused_rather_than_ignored(wrong: str) -> None:
    with pytest.raises(UnknownFault):
        parse(f"a cat [[fault:{wrong}]]")


def test_a_set_fault_strikes_as_often_as_told() -> None:
    board = FaultBoard()
    board.arm({"name": "look", "value": "500", "times": 2})

    assert [board.strike("look", "any") for _ in range(3)] == ["500", "500", None]
    assert board.listed() == []


def test_set_faults_strike_one_after_the_other_and_before_the_prompts() -> None:
    board = FaultBoard()
    board.arm({"name": "create", "value": "503", "times": 1})
    board.arm({"name": "create", "value": "500", "times": 1})
    faults = board.for_create("p", parse("[[fault:create=429]]"))

    assert [faults.use("create") for _ in range(3)] == ["503", "500", "429"]


@pytest.mark.parametrize(
    "wish", [{}, {"name": "x"}, {"name": "look", "value": "500", "times": 0}, "look", [7]]
)
def test_a_wrong_wish_is_refused(simulator: Simulator, wish: object) -> None:
    answer = simulator.http.post(f"{simulator.url}/faults", json=wish)

    assert answer.status_code == 400
    assert simulator.http.get(f"{simulator.url}/faults").json() == []


def test_set_faults_are_listed_and_cleared(simulator: Simulator) -> None:
    simulator.fault("create", "503", times=3)
    simulator.create()
    listed = simulator.http.get(f"{simulator.url}/faults").json()
    simulator.clear()

    assert listed == [{"name": "create", "value": "503", "times": 2, "job": None}]
    assert simulator.create().status_code == 200


def test_set_faults_survive_a_kill(tmp_path: Path) -> None:
    with start_simulator(tmp_path) as simulator:
        simulator.fault("create", "503")
        simulator.restart()
        assert simulator.create().status_code == 503


def test_a_fault_of_the_job_is_set_at_creation_and_stays(simulator: Simulator) -> None:
    simulator.fault("never-finish", times=1)
    stuck, free = (simulator.create().json()["id"] for _ in range(2))

    assert simulator.ended(free)["status"] == "completed"
    assert simulator.look(stuck).json()["status"] == "in_progress"


def test_every_fault_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")

    for name, kind in KINDS.items():
        assert f"| `{name}` | {kind.values or '–'} | {kind.meaning} |" in page
