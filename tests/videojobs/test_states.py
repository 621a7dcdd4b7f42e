"""The table of allowed steps, and its drawing."""

from pathlib import Path

import pytest

from videojobs.states import ACTIVE, AT_PROVIDER, ENDED, STEPS, WATCHED, State, drawing, may_step

DRAWN = Path(__file__).resolve().parents[2] / "docs" / "states.md"


def test_the_drawing_in_the_docs_is_the_table() -> None:
    assert drawing() in DRAWN.read_text(encoding="utf-8")


def test_every_state_has_a_row_and_a_line_in_the_docs() -> None:
    assert set(STEPS) == set(State)
    text = DRAWN.read_text(encoding="utf-8")
    assert all(f"| `{state}` |" in text for state in State)


def test_named_sets_part_the_states() -> None:
    assert set(State) == ACTIVE | ENDED and not ACTIVE & ENDED
    assert WATCHED < AT_PROVIDER < ACTIVE


@pytest.mark.parametrize("state", [State.COMPLETED, State.FAILED, State.CANCELLED])
def test_ended_jobs_are_never_reopened(state: State) -> None:
    assert not any(may_step(state, after) for after in State)


def test_nothing_but_waiting_leads_to_sending() -> None:
    assert [before for before in State if may_step(before, State.SENDING)] == [State.WAITING]


def test_every_state_can_be_reached() -> None:
    reached, todo = {State.WAITING}, [State.WAITING]
    while todo:
        new = STEPS[todo.pop()] - reached
        reached |= new
        todo += new
    assert reached == set(State)
