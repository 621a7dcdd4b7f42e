"""A person decides about a job: who may, what it does to the money, what a wrong answer gets."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.factories import (
    NOW,
    PROMPT,
    Cast,
    create_job,
    create_limit,
    create_user,
    join,
    live_account,
    put,
)
from tests.simulator import Simulator
from videojobs.models import Job, ProviderAccount
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

DEEDS = (
    "cancel",
    "found",
    "never-arrived",
    "give-up",
    "send-again",
    "look-again",
    "send-restored",
    "settle",
    "retry",
)


def unconfirmed(cast: Cast) -> Job:
    return create_job(cast.bob, cast.team, state=State.UNCONFIRMED)


def press(client: Client, job: Job, deed: str, **fields: str) -> HttpResponse:
    answer: HttpResponse = client.post(f"/jobs/{job.id}/{deed}/", fields)  # type: ignore[assignment]
    return answer


def after(job: Job) -> tuple[str, Decimal, str]:
    job.refresh_from_db()
    return job.state, job.held, job.charged


# --- who may ---


@pytest.mark.parametrize("deed", DEEDS)
def test_strangers_find_no_such_job(client: Client, cast: Cast, deed: str) -> None:
    client.force_login(cast.charlie)
    assert press(client, unconfirmed(cast), deed).status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_readers_are_refused(client: Client, cast: Cast, deed: str) -> None:
    viewer = create_user("vera@example.org")
    join(viewer, cast.team, Role.VIEWER)
    client.force_login(viewer)
    assert press(client, unconfirmed(cast), deed).status_code == 403


@pytest.mark.parametrize("deed", DEEDS)
def test_looking_decides_nothing(alice: Client, cast: Cast, deed: str) -> None:
    assert alice.get(f"/jobs/{unconfirmed(cast).id}/{deed}/").status_code == 405


@pytest.mark.parametrize("deed", ["found", "never-arrived", "give-up", "send-again", "look-again"])
def test_a_member_does_not_resolve_even_their_own(client: Client, cast: Cast, deed: str) -> None:
    client.force_login(cast.bob)
    assert press(client, unconfirmed(cast), deed).status_code == 403


def test_a_member_cancels_their_own_but_nobody_elses(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    mine, hers = create_job(cast.bob, cast.team), create_job(cast.alice, cast.team)
    assert press(client, mine, "cancel").status_code == 302
    assert press(client, hers, "cancel").status_code == 403
    assert (after(mine)[0], after(hers)[0]) == ("cancelled", "waiting")


# --- cancel ---


def test_cancelling_frees_the_hold(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert press(alice, job, "cancel")["Location"] == f"/jobs/{job.id}/"
    assert after(job) == ("cancelled", Decimal(0), "no")


def test_a_sent_job_cannot_be_cancelled_and_the_page_says_why(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    answer = press(alice, job, "cancel")
    assert answer.status_code == 409
    assert "will still charge for it" in answer.content.decode()


def test_the_way_back_is_a_page_of_ours(alice: Client, cast: Cast) -> None:
    one, two = create_job(cast.alice, cast.team), create_job(cast.alice, cast.team)
    assert press(alice, one, "cancel", next="/gallery/?q=a")["Location"] == "/gallery/?q=a"
    assert press(alice, two, "cancel", next="https://evil.example/")["Location"] == f"/jobs/{two.id}/"


# --- the four answers ---


def test_never_arrived_wants_a_reason(alice: Client, cast: Cast) -> None:
    job = unconfirmed(cast)
    answer = press(alice, job, "never-arrived", reason="")
    assert answer.status_code == 422
    assert "Say in a few words how you know" in answer.content.decode()
    assert after(job)[0] == "unconfirmed"


def test_never_arrived_is_not_charged(alice: Client, cast: Cast) -> None:
    job = unconfirmed(cast)
    press(alice, job, "never-arrived", reason="Not in the list, an hour later")
    assert after(job) == ("failed", Decimal(0), "no")


def test_the_longest_names_and_reasons_fit(alice: Client, cast: Cast) -> None:
    cast.alice.name = "A" * 120
    cast.alice.save(update_fields=["name"])
    job = unconfirmed(cast)
    assert press(alice, job, "never-arrived", reason="r" * 200).status_code == 302
    assert press(alice, unconfirmed(cast), "never-arrived", reason="r" * 201).status_code == 422


def test_control_characters_are_refused_beside_the_field(alice: Client, cast: Cast) -> None:
    for deed, field in (("never-arrived", "reason"), ("found", "provider_id")):
        answer = press(alice, unconfirmed(cast), deed, **{field: "a\x00b"})
        assert answer.status_code == 422


def test_giving_up_leaves_the_amount_unknown(alice: Client, cast: Cast) -> None:
    job = unconfirmed(cast)
    press(alice, job, "give-up")
    assert after(job) == ("lost", Decimal("0.28"), "unknown")


def test_found_checks_the_id_at_the_provider(
    alice: Client, cast: Cast, simulator: Simulator, settings: Settings
) -> None:
    settings.SIMULATOR_URL = simulator.url
    wish = {"model": "minimax/video-01-director", "prompt": PROMPT}
    made = simulator.http.post(
        f"{simulator.url}/v2/videos", json=wish, headers={"Authorization": "Bearer x"}
    ).json()
    job = unconfirmed(cast)
    assert press(alice, job, "found", provider_id=made["id"]).status_code == 302
    job.refresh_from_db()
    assert job.provider_id == made["id"]
    assert job.state != State.UNCONFIRMED


def test_an_id_the_provider_does_not_know_is_refused_beside_the_field(
    alice: Client, cast: Cast, simulator: Simulator, settings: Settings
) -> None:
    settings.SIMULATOR_URL = simulator.url
    job = unconfirmed(cast)
    answer = press(alice, job, "found", provider_id="video-nobody")
    assert answer.status_code == 422
    assert "It could not be checked" in answer.content.decode()
    assert after(job)[0] == "unconfirmed"


def test_another_jobs_id_is_refused(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.QUEUED, provider_id="video-taken")
    answer = press(alice, unconfirmed(cast), "found", provider_id="video-taken")
    assert answer.status_code == 422
    assert "Another job has this id already." in answer.content.decode()


def test_a_job_of_an_account_that_is_not_set_up_cannot_be_checked(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.UNCONFIRMED, account=live_account())
    answer = press(alice, job, "found", provider_id="video-1")
    assert answer.status_code == 422


def test_send_again_makes_a_linked_job_with_its_own_hold(alice: Client, cast: Cast) -> None:
    job = unconfirmed(cast)
    press(alice, job, "send-again", request_id="once", price="0.28")
    assert after(job) == ("lost", Decimal("0.28"), "unknown")
    new = Job.objects.get(retry_of=job)
    assert (new.state, new.held, new.person) == ("waiting", Decimal("0.28"), cast.alice)


def test_a_decision_that_came_too_late_says_where_the_job_is(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.QUEUED)
    for deed, fields in (("never-arrived", {"reason": "r"}), ("give-up", {}), ("send-again", {})):
        answer = press(alice, job, deed, **fields)
        assert (answer.status_code, "This job is queued now." in answer.content.decode()) == (409, True)
    assert not Job.objects.filter(retry_of=job).exists()


# --- lost, restored, stuck ---


def test_a_lost_job_is_looked_for_again(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.LOST)
    Job.objects.filter(id=job.id).update(provider_id="video-1", accepted_at=NOW)
    press(alice, job, "look-again")
    assert after(job)[0] == "queued"


def test_a_lost_job_without_an_id_cannot_be(alice: Client, cast: Cast) -> None:
    answer = press(alice, create_job(cast.bob, cast.team, state=State.LOST), "look-again")
    assert (answer.status_code, "nothing to look at" in answer.content.decode()) == (409, True)


def test_a_restored_job_is_sent_when_somebody_says_so(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, decision="restored")
    press(alice, job, "send-restored")
    job.refresh_from_db()
    assert job.decision == ""


def test_a_clip_that_did_not_fit_is_tried_again_or_given_up(alice: Client, cast: Cast) -> None:
    for deed, state in (("look-again", "storing"), ("give-up", "lost")):
        job = create_job(cast.bob, cast.team, state=State.STORING, decision="too_large")
        press(alice, job, deed)
        assert (after(job)[0], job.decision) == (state, "")


# --- settle by hand ---


def test_a_bill_settles_an_unknown_charge(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown")
    press(alice, job, "settle", usd="0.314159", reason="The bill of November")
    assert after(job) == ("lost", Decimal(0), "yes")
    assert job.cost == Decimal("0.314159")


@pytest.mark.parametrize("usd", ["", "0", "-1", "NaN", "Infinity", "1e9", "0.1234567", "ten"])
def test_what_is_no_amount_is_refused_beside_the_field(alice: Client, cast: Cast, usd: str) -> None:
    job = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown")
    answer = press(alice, job, "settle", usd=usd, reason="The bill")
    assert answer.status_code == 422
    assert "settle-" in answer.content.decode()
    assert after(job)[2] == "unknown"


def test_billing_settles_but_does_not_resolve(client: Client, cast: Cast) -> None:
    dana = create_user("dana@example.org")
    join(dana, cast.team, Role.BILLING)
    client.force_login(dana)
    job = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown")
    assert press(client, job, "settle", usd="0.3", reason="The bill").status_code == 302
    assert press(client, unconfirmed(cast), "give-up").status_code == 403


# --- once more ---


def ended(cast: Cast) -> Job:
    return create_job(cast.bob, cast.team, state=State.FAILED)


def test_of_two_people_who_retry_what_they_see_one_buys(alice: Client, cast: Cast) -> None:
    job = ended(cast)
    bob = Client()
    bob.force_login(cast.bob)
    seen = {"version": str(job.version), "price": "0.28"}
    assert press(alice, job, "retry", request_id="hers", **seen).status_code == 302
    late = press(bob, job, "retry", request_id="his", **seen)
    assert late.status_code == 409 and b"Alice tried it again as" in late.content
    assert Job.objects.filter(retry_of=job).count() == 1


def test_the_page_says_which_version_is_retried(alice: Client, cast: Cast) -> None:
    page = alice.get(f"/jobs/{ended(cast).id}/").content.decode()
    form = page.partition("/retry/")[2].partition("</form>")[0]
    assert 'name="version" value="' in form


def test_retry_is_a_new_job_with_its_own_hold(alice: Client, cast: Cast) -> None:
    job = put(ended(cast), title="The opening shot")
    answer = press(alice, job, "retry", request_id="once", price="0.28")
    new = Job.objects.get(retry_of=job)
    assert answer["Location"] == f"/jobs/{new.id}/"
    assert (new.body, new.held, new.state) == (job.body, Decimal("0.28"), "waiting")
    assert new.title == "The opening shot"
    assert after(job)[0] == "failed"


def test_a_double_press_makes_one_job(alice: Client, cast: Cast) -> None:
    job = ended(cast)
    places = {press(alice, job, "retry", request_id="once", price="0.28")["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Job.objects.filter(retry_of=job).count() == 1


def test_a_running_job_is_not_retried(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    assert press(alice, job, "retry", request_id="once").status_code == 409


def test_a_price_that_rose_meanwhile_is_said_before_it_is_held(alice: Client, cast: Cast) -> None:
    answer = press(alice, ended(cast), "retry", request_id="once", price="0.20")
    assert answer.status_code == 409
    assert "The price is $0.28 now instead of $0.20." in answer.content.decode()
    assert Job.objects.count() == 1


def test_a_wish_that_would_be_refused_today_says_why(alice: Client, cast: Cast) -> None:
    job = ended(cast)
    Job.objects.filter(id=job.id).update(model="google/veo-3.0", body={"model": "google/veo-3.0"})
    answer = press(alice, job, "retry", request_id="once")
    assert answer.status_code == 422
    assert "is not on offer" in answer.content.decode()


def test_a_limit_that_has_no_room_refuses(alice: Client, cast: Cast) -> None:
    job = ended(cast)
    create_limit(cast.team, "0.10")
    answer = press(alice, job, "retry", request_id="once")
    assert (answer.status_code, "do not fit the limit" in answer.content.decode()) == (409, True)


def test_a_price_typed_for_the_first_job_holds_for_the_next(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.FAILED, usd="1.75", estimate_source="typed")
    Job.objects.filter(id=job.id).update(model="lab/x", body={"model": "lab/x", "prompt": "a boat"})
    press(alice, job, "retry", request_id="once", price="1.75")
    assert Job.objects.get(retry_of=job).held == Decimal("1.75")


def test_a_rehearsal_job_retried_with_a_key_is_bought_in_the_new_account(
    alice: Client, cast: Cast, settings: Settings
) -> None:
    job = ended(cast)
    settings.PROVIDER_KEY = "k" * 20
    page = alice.get(f"/jobs/{job.id}/").content.decode()
    assert 'name="buys"' in page.partition("/retry/")[2].partition("</form>")[0]
    press(alice, job, "retry", request_id="once", price="0.28", buys="on")
    new = Job.objects.get(retry_of=job)
    assert new.account == ProviderAccount.objects.current()
    assert not new.account.is_rehearsal


def test_a_button_of_the_rehearsal_buys_nothing_once_there_is_a_key(
    alice: Client, cast: Cast, settings: Settings
) -> None:
    job = ended(cast)
    settings.PROVIDER_KEY = "k" * 20
    answer = press(alice, job, "retry", request_id="once", price="0.28")
    assert answer.status_code == 409 and b"cost real money now" in answer.content
    assert not Job.objects.filter(retry_of=job).exists()


def test_an_old_page_press_after_a_day_still_counts_once(alice: Client, cast: Cast) -> None:
    job = ended(cast)
    press(alice, job, "retry", request_id="once", price="0.28")
    Job.objects.update(created_at=NOW - timedelta(days=1))
    press(alice, job, "retry", request_id="once", price="0.28")
    assert Job.objects.filter(retry_of=job).count() == 1
