"""The event stream, over real HTTP."""

import time
from contextlib import ExitStack
from datetime import UTC, datetime

import httpx
import pytest

from dashboard.live.stream import PAGES_PER_PERSON
from tests.dashboard.live.site import Site, session_of
from tests.factories import Cast, create_job
from videojobs import audit, broadcast, lifecycle
from videojobs.models import Job, JobEvent
from videojobs.rights import Role

pytestmark = pytest.mark.both_databases


def cancel(job: Job, cast: Cast) -> JobEvent:
    """Change a job, and return the event of it."""
    lifecycle.cancel(job, cast.alice, now=job.created_at)
    return job.events.order_by("-id")[0]


def test_it_says_hello(site: Site, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    with site.page(cast.bob) as page:
        hello = page.wait_for("beat")
        assert page.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert page.headers["x-accel-buffering"] == "no"
        assert hello.number == job.events.get().pk


def test_a_change_is_told_within_a_second(site: Site, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        began = time.monotonic()
        event = cancel(job, cast)
        told = page.wait_for("job")
        assert time.monotonic() - began < 1
        about = {"job": job.id, "state": "cancelled", "event": event.pk, "person": cast.bob.pk}
        assert told.data == about
        assert told.number == event.pk


def test_another_teams_changes_are_not_told(site: Site, cast: Cast) -> None:
    theirs, ours = create_job(cast.charlie, cast.elsewhere), create_job(cast.bob, cast.team)
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        cancel(theirs, cast)
        cancel(ours, cast)
        assert page.jobs_until_beat() == [ours.id]


def test_it_beats(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        assert page.wait_for("beat").data["at"] < page.wait_for("beat").data["at"]


def test_strangers_may_not_listen(site: Site) -> None:
    assert httpx.get(f"{site.url}/events/").status_code == 401


def test_a_session_that_does_not_exist_may_not_listen(site: Site) -> None:
    assert httpx.get(f"{site.url}/events/", headers={"Cookie": "dailies_session=x"}).status_code == 401


def test_it_takes_no_post(site: Site, cast: Cast) -> None:
    assert httpx.post(f"{site.url}/events/").status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
)
def test_pages_of_other_sites_may_not_listen(site: Site, cast: Cast, headers: dict[str, str]) -> None:
    with site.page(cast.bob, **headers) as page:
        assert page.status == 403


def test_its_own_pages_may_listen(site: Site, cast: Cast) -> None:
    with site.page(cast.bob, Origin=site.url, Sec_Fetch_Site="same-origin") as page:
        assert page.status == 200


def test_what_was_missed_is_told_when_a_page_comes_back(site: Site, cast: Cast) -> None:
    seen = create_job(cast.bob, cast.team).events.get()
    missed = create_job(cast.bob, cast.team)
    with site.page(cast.bob, Last_Event_ID=str(seen.pk)) as page:
        page.wait_until(lambda heard: heard.data.get("job") == missed.id, "the missed job")


def test_a_number_nobody_knows_makes_the_page_read_itself_again(site: Site, cast: Cast) -> None:
    newest = create_job(cast.bob, cast.team).events.get()
    with site.page(cast.bob, path="/events/?last=999999999999") as page:
        assert page.wait_for("reset").number == newest.pk


def test_a_page_hears_what_happened_while_it_was_on_its_way(site: Site, cast: Cast) -> None:
    made_at = int(time.time())
    job = create_job(cast.bob, cast.team)
    JobEvent.objects.filter(job=job).update(at=datetime.now(UTC))
    with site.page(cast.bob, path=f"/events/?since={made_at}") as page:
        assert page.wait_for("job").data["job"] == job.id


def test_a_person_has_so_many_pages(site: Site, cast: Cast) -> None:
    with ExitStack() as stack:
        pages = [stack.enter_context(site.page(cast.bob)) for _page in range(PAGES_PER_PERSON)]
        assert {page.status for page in pages} == {200}
        cookies = {"Cookie": f"dailies_session={session_of(cast.bob)}"}
        assert httpx.get(f"{site.url}/events/", headers=cookies).status_code == 429
        with site.page(cast.alice) as page:
            assert page.status == 200


def test_a_page_that_goes_makes_room(site: Site, cast: Cast) -> None:
    for _round in range(PAGES_PER_PERSON + 5):
        with site.page(cast.bob) as page:
            page.wait_for("beat")
            assert page.status == 200


def test_a_paused_queue_is_told_within_a_second(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page, site.page(cast.charlie) as theirs:
        page.wait_for("beat")
        theirs.wait_for("beat")
        broadcast.queue_changed(cast.team.pk)
        page.wait_for("queue", within=1)
        assert theirs.jobs_until_beat() == []


def test_a_lost_message_of_the_queue_is_told_later(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        audit.note(cast.team, cast.alice, "queue_paused", "team", datetime.now(UTC))
        page.wait_for("queue", within=20)


def test_another_role_ends_the_stream(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        cast.bob.memberships.update(role=Role.VIEWER)
        page.wait_for_end(within=5)


def test_another_password_ends_the_stream(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        cast.bob.set_password("another one, please")
        cast.bob.save()
        page.wait_for_end()


def test_leaving_the_team_ends_the_stream(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page, site.page(cast.alice) as other:
        page.wait_for("beat")
        cast.bob.memberships.all().delete()
        page.wait_for_end()
        other.wait_for("beat")


def test_a_message_the_broker_lost_is_told_later(site: Site, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        unpublished = JobEvent(job=job, team=cast.team, at=datetime.now(UTC), kind="note", to_state="waiting")
        unpublished.save()
        told = page.wait_until(lambda heard: heard.number == unpublished.pk, "the lost message", within=20)
        assert told.data["job"] == job.id
