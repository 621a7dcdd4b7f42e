"""What the Create page says of prices and models before anything is sent."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.dashboard.views.create_form import SEEDANCE, page, send, text
from tests.factories import (
    DIRECTOR,
    NOW,
    PROMPT,
    Cast,
    create_job,
    create_limit,
    join,
    live_account,
)
from videojobs import catalog, pauses
from videojobs.models import (
    GoneModel,
    Job,
    LedgerEntry,
    PriceOnFile,
    ProviderAccount,
    QueueScope,
    Target,
)
from videojobs.states import State

pytestmark = pytest.mark.django_db


# --- prices ---


def test_the_button_says_the_deed_and_its_price(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    assert "Send 1 job · $0.28" in page(alice, f"?model={DIRECTOR}")


def test_a_form_of_the_rehearsal_buys_nothing_once_there_is_a_key(alice: Client, settings: Any) -> None:
    drawn_for = re.findall('name="drawn_for" value="([^"]+)"', page(alice))[0]
    settings.PROVIDER_KEY = "key"
    answer = send(alice, drawn_for=drawn_for)
    assert answer.status_code == 422 and "costs real money" in text(answer)
    assert not Job.objects.exists()
    again = re.findall('name="drawn_for" value="([^"]+)"', text(answer))[0]
    assert send(alice, drawn_for=again).status_code == 302


def test_a_form_of_one_team_sends_nothing_for_another(alice: Client, cast: Cast) -> None:
    drawn_for = re.findall('name="drawn_for" value="([^"]+)"', page(alice))[0]
    join(cast.alice, cast.elsewhere)
    alice.post(reverse("choose_team"), {"team": cast.elsewhere.pk})
    answer = send(alice, drawn_for=drawn_for)
    assert answer.status_code == 422 and "Now it is for Elsewhere" in text(answer)
    assert not Job.objects.exists()


def test_in_rehearsal_the_button_says_that_nothing_is_bought(alice: Client) -> None:
    assert "Rehearse 1 job · nothing is bought" in page(alice)


def test_an_unlisted_model_needs_a_typed_price(alice: Client) -> None:
    response = send(alice, "unlisted", unlisted_model="nobody/knows")
    assert response.status_code == 422
    assert 'href="#id_price"' in text(response)
    assert not Job.objects.exists()


def test_an_unlisted_model_is_sent_at_the_typed_price(alice: Client) -> None:
    send(alice, "unlisted", unlisted_model="nobody/knows", price="0.50")
    job = Job.objects.get()
    assert (job.model, job.held, job.estimate_source) == ("nobody/knows", Decimal("0.50"), "typed")


def test_a_typed_price_never_undercuts_the_list(alice: Client) -> None:
    send(alice, price="0.01")
    assert Job.objects.get().held == Decimal("0.28")


@pytest.mark.parametrize("typed", ["0", "-1", "NaN", "1e3", "free", "99999"])
def test_a_price_that_is_none_is_refused_beside_its_field(alice: Client, typed: str) -> None:
    response = send(alice, "unlisted", unlisted_model="nobody/knows", price=typed)
    assert response.status_code == 422
    assert 'href="#id_price"' in text(response)


def test_a_quote_stores_nothing(alice: Client) -> None:
    response = alice.post(reverse("create_quote"), {"model": SEEDANCE, "prompt": PROMPT, "seconds": "10"})
    assert response.status_code == 200
    assert 'id="price"' in text(response)
    assert not Job.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_quote_prices_a_form_that_is_not_complete(alice: Client) -> None:
    fields = {"model": SEEDANCE, "prompt": "", "resolution": "1080p", "seconds": "10"}
    shown = text(alice.post(reverse("create_quote"), fields))
    assert "$4.00" in shown
    assert 'data-ready="no"' in shown
    assert "Write a prompt" in shown


def test_a_quote_asks_for_a_price_where_nobody_names_one(alice: Client) -> None:
    fields = {"model": "unlisted", "unlisted_model": "nobody/knows", "prompt": PROMPT}
    shown = text(alice.post(reverse("create_quote"), fields))
    assert 'data-price="unknown"' in shown
    assert 'name="price"' in shown


def test_a_price_per_second_asks_for_the_length(alice: Client) -> None:
    shown = text(alice.post(reverse("create_quote"), {"model": "pixverse/pixverse-v5.6", "prompt": PROMPT}))
    assert "choose a length" in shown


def test_a_price_on_file_counts(alice: Client, cast: Cast) -> None:
    PriceOnFile.objects.create(
        team=cast.team,
        model=DIRECTOR,
        usd=Decimal("0.31"),
        unit="clip",
        set_by=cast.alice,
        set_at="2026-11-01T00:00Z",
    )
    assert "On file: 0.31 USD per clip" in page(alice, f"?model={DIRECTOR}")


def test_a_price_that_rose_since_the_button_named_it_is_asked_about(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    response = send(alice, SEEDANCE, resolution="1080p", seconds="10", shown="0.80")
    assert response.status_code == 422
    assert "The price is $4.00 now. Press again to take it." in text(response)
    assert re.search(r'name="shown" value="4.0+"', text(response))
    assert not Job.objects.exists()


def test_a_price_that_fell_is_taken(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    assert send(alice, shown="0.80").status_code == 302


def test_a_live_price_says_what_the_limit_leaves(alice: Client, cast: Cast, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    create_limit(cast.team, "10")
    create_job(cast.bob, cast.team, account=live_account(), usd="4.00")
    shown = re.sub("<[^>]+>", "", page(alice, f"?model={DIRECTOR}"))
    assert "limit of the team Harbour, $10.00 in total: $6.00 left → $5.72" in shown


# --- the model ---


def test_changing_the_model_keeps_what_fits_and_names_the_rest(alice: Client) -> None:
    fields = {
        "model": "Wan-AI/wan2.7-t2v",
        "shaped_for": SEEDANCE,
        "prompt": PROMPT,
        "resolution": "720p",
        "ratio": "21:9",
    }
    shown = text(alice.post(reverse("create_shape"), fields))
    assert re.search(r'value="720P"[^>]*checked', shown)
    assert "shape 21:9" in shown


def test_without_scripts_a_button_changes_the_model(alice: Client) -> None:
    response = send(alice, SEEDANCE, deed="reshape", shaped_for=DIRECTOR)
    assert response.status_code == 200
    assert f'name="shaped_for" value="{SEEDANCE}"' in text(response)
    assert PROMPT in text(response)
    assert not Job.objects.exists()


def test_fields_of_another_model_are_looked_over_before_they_are_sent(alice: Client) -> None:
    response = send(alice, SEEDANCE, shaped_for=DIRECTOR)
    assert response.status_code == 200
    assert not Job.objects.exists()


def test_reset_clears_what_stands_under_more(alice: Client) -> None:
    shown = text(send(alice, SEEDANCE, deed="reset", seed="41", resolution="720p"))
    assert 'value="41"' not in shown
    assert re.search(r'value="720p"[^>]*checked', shown)


def test_the_picker_shows_the_whole_catalogue(alice: Client) -> None:
    shown = page(alice)
    assert shown.count('name="model"') == len(catalog.all_models()) + 1
    assert re.search(r'value="openai/sora-2"[^>]* disabled', shown)


def test_a_gone_model_is_marked(alice: Client) -> None:
    account = ProviderAccount.objects.current()
    GoneModel.objects.create(account=account, model=DIRECTOR, since="2026-11-03T00:00Z")
    assert "gone since 3 Nov" in page(alice)


def test_it_opens_with_the_model_used_last(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    Job.objects.filter(id=job.id).update(model=SEEDANCE)
    assert f'name="shaped_for" value="{SEEDANCE}"' in page(alice)


def test_the_bar_says_who_would_go_before_it(alice: Client, cast: Cast) -> None:
    for _job in range(2):
        create_job(cast.alice, cast.team)
    assert "2 ahead" in page(alice)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(QueueScope.TEAM), "it will wait: Alice paused sending"),
        (Target(QueueScope.MODEL, model=DIRECTOR), "it will wait: Alice paused this model"),
        (Target(QueueScope.MODEL, model=SEEDANCE), "next in line"),
    ],
)
def test_the_bar_says_what_would_hold_it_back(alice: Client, cast: Cast, target: Target, words: str) -> None:
    pauses.pause(cast.team, target, cast.alice, "", now=NOW)
    assert words in page(alice, f"?model={DIRECTOR}")


def test_the_bar_says_when_it_would_start_where_past_times_tell(alice: Client, cast: Cast) -> None:
    for seconds in range(50, 60):
        end = NOW + timedelta(seconds=seconds)
        create_job(cast.alice, cast.team, state=State.COMPLETED, finished_at=end, ended_at=end)
    assert "starts within 5 s" in page(alice)
