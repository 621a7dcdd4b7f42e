from decimal import Decimal
from typing import Any

import pytest

from dashboard.templatetags.states import (
    JobMoney,
    clip_shape,
    job_money,
    model_name,
    size_words,
    state_sentence,
    state_word,
)
from videojobs.models import Job, Output
from videojobs.states import State


def job(state: State, **values: Any) -> Job:
    money = {"estimate": Decimal("0.28"), "held": Decimal("0.28"), "estimate_source": "table"}
    return Job(state=state, **(money | values))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_and_a_sentence(state: State) -> None:
    assert state_word(state.value)
    assert state_sentence(state.value).endswith(".")


def test_no_two_states_share_a_word() -> None:
    assert len({state_word(state.value) for state in State}) == len(State)


def test_a_cost_is_what_was_charged() -> None:
    done = job(State.COMPLETED, cost=Decimal("0.3"), held=Decimal(0), charged="yes")
    assert job_money(done) == JobMoney(Decimal("0.3"), "charged")


def test_a_credit_is_taken_off() -> None:
    credited = job(State.COMPLETED, cost=Decimal("0.3"), credited=Decimal("0.1"), held=Decimal(0))
    assert job_money(credited) == JobMoney(Decimal("0.2"), "charged, after a credit")


@pytest.mark.parametrize("state", [State.STORING, State.COMPLETED])
def test_corrected_to_nothing_is_not_charged(state: State) -> None:
    corrected = job(state, cost=Decimal(0), held=Decimal(0), charged="no")
    assert job_money(corrected) == JobMoney(Decimal(0), "not charged")


def test_a_job_on_its_way_shows_its_hold() -> None:
    assert job_money(job(State.QUEUED)) == JobMoney(Decimal("0.28"), "held")


def test_a_guessed_hold_says_so() -> None:
    assert job_money(job(State.WAITING, estimate_source="guess")).is_guess


def test_refused_costs_nothing() -> None:
    refused = job(State.FAILED, held=Decimal(0), charged="no")
    assert job_money(refused) == JobMoney(Decimal(0), "not charged")


@pytest.mark.parametrize("state", [State.COMPLETED, State.LOST, State.FAILED])
def test_an_end_without_a_word_on_money_is_unknown_and_never_zero(state: State) -> None:
    assert job_money(job(state, charged="unknown")) == JobMoney(None, "unknown")


def test_a_model_outside_the_catalogue_keeps_its_id() -> None:
    assert model_name("minimax/hailuo-02") == "Hailuo 02"
    assert model_name("someone/else-1") == "someone/else-1"


def test_a_size_is_written_with_a_cross() -> None:
    assert size_words("1280x720") == "1280×720"


def test_a_kept_clip_is_called_as_long_as_it_is() -> None:
    done = job(State.COMPLETED, model="google/veo-3.1", body={"prompt": "A"}, size="1366x768", seconds=8)
    done.output = Output(width=1280, height=720, duration=Decimal("4.040"))
    assert clip_shape(done).words == "1280×720 · 4 s"


def test_what_nobody_chose_is_not_called_a_fact() -> None:
    veo = {"model": "google/veo-3.1", "prompt": "A boat"}
    sent = job(State.QUEUED, model="google/veo-3.1", body=veo, size="1366x768", seconds=8)
    assert clip_shape(sent).words == ""


def test_what_was_chosen_is_shown_while_it_runs() -> None:
    veo = {"model": "google/veo-3.1", "prompt": "A boat", "seconds": "6", "width": 1280, "height": 720}
    sent = job(State.QUEUED, model="google/veo-3.1", body=veo, size="1280x720", seconds=6)
    assert clip_shape(sent).words == "1280×720 · 6 s"
