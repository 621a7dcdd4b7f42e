"""A price nobody knows is never a silent pass: somebody allowed gives it, and others may ask for it."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.charges import create_run
from tests.dashboard.views.create_form import page, send, text
from tests.factories import PROMPT, Cast, create_user, join, live_account
from videojobs.models import Job, Notice, PriceOnFile
from videojobs.rights import Role

pytestmark = pytest.mark.django_db

WAN = "Wan-AI/wan2.7-t2v"


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    client.force_login(cast.bob)
    return client


def unlisted(client: Client, **fields: str) -> str:
    """Press the button for a model nobody lists a price of."""
    return text(send(client, "unlisted", unlisted_model="nobody/knows", **fields))


def test_a_member_is_told_who_may_give_a_price(bob: Client, cast: Cast) -> None:
    join(create_user("carol@example.org", name="Carol"), cast.team, Role.BILLING)
    shown = unlisted(bob)
    assert "Alice or Carol may give one" in shown
    assert "Ask for a price" in shown and 'name="price"' not in shown
    assert not Job.objects.exists()


def test_a_price_typed_by_a_member_all_the_same_does_not_count(bob: Client) -> None:
    assert "may give one" in unlisted(bob, price="0.01")
    assert not Job.objects.exists()


def test_a_member_asks_for_a_price_once(bob: Client) -> None:
    for _time in range(2):
        shown = unlisted(bob, deed="ask_price")
    assert "asked for" in shown and PROMPT in shown
    assert Notice.objects.get().text.startswith("Bob asks for a price of nobody/knows")
    assert not Job.objects.exists()


def test_asking_needs_no_finished_form(bob: Client) -> None:
    unlisted(bob, deed="ask_price", prompt="")
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("model_id", ["", "not an id", "<script>", "x" * 300])
def test_nobody_is_told_of_what_can_be_no_model(bob: Client, model_id: str) -> None:
    send(bob, "unlisted", unlisted_model=model_id, deed="ask_price")
    assert not Notice.objects.exists()


def test_nobody_is_told_where_there_is_a_price(bob: Client) -> None:
    send(bob, deed="ask_price")
    assert not Notice.objects.exists() and not Job.objects.exists()


def test_once_a_price_is_on_file_a_member_sends(bob: Client, cast: Cast) -> None:
    unlisted(bob, deed="ask_price")
    owner = Client()
    owner.force_login(cast.alice)
    price = {"model_id": "nobody/knows", "unlisted": "on", "usd": "0.40", "unit": "clip", "sound": ""}
    assert owner.post(reverse("add_price"), price).status_code == 302
    unlisted(bob)
    assert (Job.objects.get().held, Job.objects.get().estimate_source) == (Decimal("0.40"), "on_file")
    assert not Notice.objects.open().filter(kind="price").exists()
    assert PriceOnFile.objects.get().set_by == cast.alice


def test_a_price_learned_from_settled_jobs_is_held_and_says_so(bob: Client, cast: Cast) -> None:
    create_run(cast.bob, cast.team, live_account(), "0.35", "0.35", "0.35", model=WAN, seconds="5")
    shown = page(bob, f"?model={WAN}")
    assert "learned from settled jobs" in shown and "each was charged 0.35 USD" in shown
    send(bob, WAN, seconds="5")
    job = Job.objects.latest("created_at")
    assert (job.held, job.estimate_source) == (Decimal("0.35"), "learned")


def test_every_price_leads_to_all_prices_of_its_model(bob: Client) -> None:
    assert f"{reverse('prices')}?model={WAN}" in page(bob, f"?model={WAN}")
