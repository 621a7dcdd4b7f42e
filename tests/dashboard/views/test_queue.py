"""The Queue page: four lanes, each with the truth about why and how much."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import (
    Cast,
    create_job,
    create_output,
    create_user,
    join,
    live_account,
    rehearsal_account,
)
from videojobs import pricelist
from videojobs.catalog.types import PriceUnit
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import Decision
from videojobs.pricelist import Rule
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db


def ago(**length: float) -> datetime:
    return datetime.now(UTC) - timedelta(**length)


def page(client: Client, query: str = "", name: str = "queue") -> str:
    content: bytes = client.get(reverse(name) + query).content
    return content.decode()


def lane(shown: str, name: str) -> str:
    """Return one lane of the page, "" where it is not there."""
    found = re.search(rf'aria-labelledby="lane-{name}".*?</section>', shown, re.DOTALL)
    return found[0] if found else ""


# --- what stands where ---


def test_an_empty_queue_leads_to_create(alice: Client) -> None:
    shown = page(alice)
    assert "Nothing waits, nothing runs" in shown
    assert f'href="{reverse("create")}"' in shown


def test_a_waiting_job_says_its_place_and_its_reason(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt="First", now=ago(minutes=2))
    create_job(cast.alice, cast.team, prompt="Second", now=ago(minutes=1))
    waiting = lane(page(alice), "waiting")
    assert waiting.index("First") < waiting.index("Second")
    assert "Next in line" in waiting
    assert "1 ahead" in waiting


def test_waiting_jobs_stand_in_the_order_of_turns(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt="A one", now=ago(minutes=9))
    create_job(cast.alice, cast.team, prompt="A two", now=ago(minutes=8))
    create_job(cast.bob, cast.team, prompt="B one", now=ago(minutes=1))
    waiting = lane(page(alice), "waiting")
    assert waiting.index("A one") < waiting.index("B one") < waiting.index("A two")


def test_a_job_that_was_put_off_stands_last_with_its_reason(alice: Client, cast: Cast) -> None:
    later = datetime.now(UTC) + timedelta(seconds=40)
    create_job(cast.alice, cast.team, prompt="Off", not_before=later, not_before_reason="Too many requests.")
    create_job(cast.bob, cast.team, prompt="On", now=ago(seconds=5))
    waiting = lane(page(alice), "waiting")
    assert waiting.index("On") < waiting.index("Off")
    assert "Too many requests. Next try in" in waiting


def test_a_running_job_shows_elapsed_against_its_usual_time(alice: Client, cast: Cast) -> None:
    made: dict[str, Any] = {"accepted_at": ago(minutes=30), "finished_at": ago(minutes=28)}
    for _ in range(3):
        create_job(cast.bob, cast.team, state=State.COMPLETED, **made, charged="yes", cost=Decimal(1), held=0)
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS, accepted_at=ago(seconds=30))
    running = lane(page(alice), "running")
    assert "usually about 2 min" in running
    assert "%" not in re.sub(r'"[^"]*"', "", running)


def test_without_history_no_usual_time_is_invented(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS, now=ago(seconds=30))
    assert "no history yet" in lane(page(alice), "running")


def test_what_was_sent_cannot_be_cancelled_and_says_so(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.QUEUED, now=ago(seconds=3))
    running = lane(page(alice), "running")
    assert "cannot be cancelled" in running
    assert reverse("job_cancel", args=[job.id]) not in running


def test_the_strip_counts_and_sums(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, usd="1.50")
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS, usd="2.00")
    shown = page(alice)
    assert "$3.50" in shown
    assert "49 of 50 places free" in shown
    assert "1 of yours" in shown


def test_the_strip_says_what_of_the_line_clears_and_what_is_held_back(
    alice: Client, cast: Cast, settings: Settings
) -> None:
    settings.PROVIDER_PLACES = 1
    made: dict[str, Any] = {"accepted_at": ago(minutes=30), "finished_at": ago(minutes=28)}
    for _ in range(3):
        create_job(cast.bob, cast.team, state=State.COMPLETED, **made, charged="yes", cost=Decimal(1), held=0)
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS, accepted_at=ago(seconds=30))
    create_job(cast.alice, cast.team)
    create_job(cast.alice, cast.team, send_after=datetime.now(UTC) + timedelta(hours=9))
    shown = page(alice)
    assert "the one place at the provider is busy" in shown
    assert "1 held back, the rest clears in" in shown


def test_members_read_what_is_held_for_their_own_jobs(client: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, usd="1.50")
    create_job(cast.bob, cast.team, usd="2.00")
    client.force_login(cast.bob)
    strip = page(client).split('id="lane-waiting"')[0]
    assert "$2.00" in strip
    assert "$3.50" not in strip


def test_jobs_of_other_teams_are_nowhere(client: Client, cast: Cast) -> None:
    for state in (State.WAITING, State.IN_PROGRESS, State.UNCONFIRMED, State.FAILED):
        create_job(cast.bob, cast.team, state=state, prompt="Secret plan", now=ago(minutes=1))
    client.force_login(cast.charlie)
    assert "Secret plan" not in page(client)


# --- decisions ---


def test_an_unconfirmed_job_offers_its_four_answers(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.UNCONFIRMED, now=ago(minutes=5))
    decisions = lane(page(alice), "decisions")
    for name in ("job_found", "job_never_arrived", "job_give_up", "job_send_again"):
        assert reverse(name, args=[job.id]) in decisions
    assert "Both may be charged: up to $0.56" in decisions


def test_those_who_may_not_decide_read_who_does(client: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.UNCONFIRMED)
    client.force_login(cast.bob)
    decisions = lane(page(client), "decisions")
    assert "Owners and admins" in decisions
    assert reverse("job_give_up", args=[job.id]) not in decisions


def test_an_unconfirmed_live_job_links_to_the_providers_console(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team, account=live_account(), state=State.UNCONFIRMED)
    assert 'href="https://api.together.ai"' in lane(page(alice), "decisions")


@pytest.mark.parametrize("decision", [Decision.TOO_LARGE, Decision.DISK_FULL])
def test_a_clip_that_could_not_be_kept_may_be_looked_at_again(
    alice: Client, cast: Cast, decision: Decision
) -> None:
    columns: dict[str, Any] = {"decision": decision, "next_store_at": None, "store_problem": "It is 3 GiB."}
    job = create_job(cast.alice, cast.team, state=State.STORING, **columns)
    shown = page(alice)
    assert reverse("job_look_again", args=[job.id]) in lane(shown, "decisions")
    assert "It is 3 GiB." in lane(shown, "decisions")
    assert job.id not in lane(shown, "running")


def test_a_restored_job_waits_for_a_person(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, decision=Decision.RESTORED)
    shown = page(alice)
    assert reverse("job_send_restored", args=[job.id]) in lane(shown, "decisions")
    assert job.id not in lane(shown, "waiting")


def test_a_parked_account_says_why_and_offers_resume(alice: Client, cast: Cast) -> None:
    account = rehearsal_account()
    ProviderAccount.objects.filter(pk=account.pk).update(
        parked_at=ago(minutes=3), parked_reason="No credit is left."
    )
    create_job(cast.alice, cast.team, account=account)
    shown = page(alice)
    assert "No credit is left." in lane(shown, "decisions")
    assert reverse("resume_account", args=[account.pk]) in lane(shown, "decisions")
    assert "Sending is parked" in lane(shown, "waiting")


def test_members_read_who_may_resume(client: Client, cast: Cast) -> None:
    account = rehearsal_account()
    ProviderAccount.objects.filter(pk=account.pk).update(parked_at=ago(minutes=3), parked_reason="No credit.")
    client.force_login(cast.bob)
    assert reverse("resume_account", args=[account.pk]) not in page(client)


def test_an_outage_is_said_and_asks_nothing(alice: Client, cast: Cast) -> None:
    account = rehearsal_account()
    ProviderAccount.objects.filter(pk=account.pk).update(
        outage_since=ago(minutes=3), outage_reason="It answers 401."
    )
    assert "The provider does not answer" in lane(page(alice), "decisions")


# --- cancel ---


def test_cancel_goes_back_to_the_queue(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    response = alice.post(reverse("job_cancel", args=[job.id]), {"next": "/queue/?who=mine"})
    assert response["Location"] == "/queue/?who=mine"
    job.refresh_from_db()
    assert (job.state, job.held) == (State.CANCELLED, Decimal(0))


def test_only_those_who_may_cancel_see_the_button(client: Client, cast: Cast) -> None:
    own, other = create_job(cast.bob, cast.team), create_job(cast.alice, cast.team)
    client.force_login(cast.bob)
    shown = page(client)
    assert reverse("queue_deed", args=[own.id]) in shown
    assert reverse("queue_deed", args=[other.id]) not in shown


def test_a_viewer_sees_the_queue_without_any_deed(client: Client, cast: Cast) -> None:
    watcher = create_user("eve@example.org")
    join(watcher, cast.team, Role.VIEWER)
    for state in (State.WAITING, State.UNCONFIRMED, State.FAILED):
        create_job(cast.bob, cast.team, state=state, now=ago(minutes=1))
    client.force_login(watcher)
    lanes = re.search(r'id="queue".*', page(client), re.DOTALL)
    assert lanes is not None
    assert 'method="post"' not in lanes[0].split("</main>")[0]


# --- just finished ---


def test_a_finished_clip_plays_in_place(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, now=ago(minutes=5))
    output = create_output(job)
    output.poster = "posters/sample.webp"
    output.save()
    assert f'data-clip="{reverse("media_clip", args=[job.id])}"' in lane(page(alice), "finished")


def test_what_ended_earlier_is_not_shown(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.COMPLETED, now=ago(minutes=61))
    assert lane(page(alice), "finished") == ""


def test_the_same_failure_folds_into_one_line(alice: Client, cast: Cast) -> None:
    for _ in range(7):
        failed(cast, "The size is not offered.")
    failed(cast, "Another reason.", charged="no", held=0)
    finished = lane(page(alice), "failed")
    assert finished.count('<details class="trouble"') == 2
    assert "<b>7 jobs</b>" in finished
    assert "And 2 more like this." in finished
    assert "Charged? Unknown." in finished
    assert "Charged? No." in finished


def failed(cast: Cast, sentence: str, **columns: Any) -> Job:
    columns = {"failure": sentence, "charged": "unknown"} | columns
    return create_job(cast.alice, cast.team, state=State.FAILED, now=ago(minutes=5), **columns)


def test_a_failed_job_is_retried_at_the_price_the_button_names(alice: Client, cast: Cast) -> None:
    job = failed(cast, "It broke.")
    finished = lane(page(alice), "failed")
    assert "Retry · $0.28" in finished
    fields = dict(re.findall(r'name="(request_id|price)" value="(.*?)"', finished))
    for _ in range(2):
        alice.post(reverse("job_retry", args=[job.id]), fields | {"next": "/queue/"})
    assert list(Job.objects.waiting().values_list("retry_of", flat=True)) == [job.id]


def test_a_job_with_a_typed_price_is_retried_at_it(alice: Client, cast: Cast) -> None:
    failed(
        cast,
        "It broke.",
        model="nobody/knows",
        estimate_source="typed",
        body={"model": "nobody/knows", "prompt": "x"},
    )
    assert "Retry · $0.28" in lane(page(alice), "failed")


def test_a_job_of_an_unlisted_model_is_retried_at_the_price_on_file(alice: Client, cast: Cast) -> None:
    rule = Rule("nobody/knows", Decimal("0.45"), PriceUnit.CLIP)
    pricelist.add(cast.team, rule, cast.alice, now=ago(days=1))
    body = {"model": "nobody/knows", "prompt": "x"}
    failed(cast, "It broke.", model="nobody/knows", estimate_source="on_file", body=body)
    assert "Retry · $0.45" in lane(page(alice), "failed")


def test_the_providers_words_are_text(alice: Client, cast: Cast) -> None:
    failed(cast, "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in page(alice)


# --- the job just sent ---


def test_the_bar_offers_cancel_while_the_job_waits(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    shown = page(alice, f"?sent={job.id}")
    assert "Job sent to the queue." in shown
    assert "Cancel · frees $0.28" in shown
    assert re.search(rf'id="job-{job.id}"[^>]* data-sent', shown)


def test_the_bar_follows_the_job(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    shown = page(alice, f"?sent={job.id}")
    assert "It cannot be cancelled there." in shown


def test_nobody_elses_job_stands_in_the_bar(client: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    client.force_login(cast.bob)
    assert "sent-bar" not in page(client, f"?sent={job.id}")


def test_an_id_no_job_can_have_is_passed_over(alice: Client) -> None:
    assert "sent-bar" not in page(alice, "?sent=a%00b")


# --- whose, how many, how fast ---


def test_mine_leaves_out_everybody_else(alice: Client, cast: Cast) -> None:
    for state in (State.WAITING, State.IN_PROGRESS, State.UNCONFIRMED, State.FAILED):
        create_job(cast.bob, cast.team, state=state, prompt="Bobs", now=ago(minutes=1))
        create_job(cast.alice, cast.team, state=state, prompt="Alices", now=ago(minutes=1))
    shown = page(alice, "?who=mine")
    assert "Alices" in shown
    assert "Bobs" not in shown


def test_the_live_piece_keeps_what_the_address_says(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert f'data-src="{reverse("queue_lanes")}?who=mine&amp;sent={job.id}"' in page(
        alice, f"?who=mine&sent={job.id}"
    )
    assert page(alice, "?who=mine", name="queue_lanes").lstrip().startswith('<div class="queue"')


def test_the_counts_of_everyone_and_mine_stay_live(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team)
    badges = r'Everyone\s*<span class="badge">2</span>(.|\n)*Mine\s*<span class="badge">1</span>'
    piece = page(alice, name="queue_lanes")
    assert re.search(r'id="queue-who" hx-swap-oob="outerMorph">(.|\n)*' + badges, piece)


def test_a_long_line_is_read_in_pages(alice: Client, cast: Cast) -> None:
    for _ in range(53):
        create_job(cast.alice, cast.team, now=ago(seconds=1))
    shown = page(alice)
    assert lane(shown, "waiting").count("<article") == 50
    assert "1–50, and 3 more" in shown
    assert lane(page(alice, "?page=2"), "waiting").count("<article") == 3


STATES = (State.WAITING, State.IN_PROGRESS, State.STORING, State.UNCONFIRMED, State.FAILED, State.COMPLETED)


def test_more_jobs_cost_no_more_queries(
    alice: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            for state in STATES:
                create_job(cast.alice, cast.team, state=state, now=ago(minutes=1))

    add(13)
    with django_assert_max_num_queries(46) as few:
        page(alice)
    add(10)
    with django_assert_max_num_queries(len(few)):
        page(alice)


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert "login" in client.get(reverse("queue"))["Location"]
