"""The gallery: clips by address, running jobs first, as many queries for fifty as for one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.views import gallery
from tests.factories import NOW, Cast, create_job, create_output
from videojobs.models import Job, Output
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three tiles fill a page."""
    monkeypatch.setattr(gallery, "PAGE", 3)


def clip(
    cast: Cast, prompt: str = "A boat", *, minutes: int = 0, width: int = 1366, height: int = 768
) -> Job:
    """Make a finished job with a clip and a poster."""
    job = create_job(
        cast.alice, cast.team, state=State.COMPLETED, prompt=prompt, now=NOW - timedelta(minutes=minutes)
    )
    create_output(job)
    Output.objects.filter(job=job).update(poster="clips/a.webp", width=width, height=height)
    return job


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/gallery/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def shown(client: Client, query: str = "") -> list[str]:
    """Return the prompts of the tiles, in order."""
    view = client.get(f"/gallery/{query}").context["gallery"]
    return [tile.job.prompt for tile in [*view.running, *view.tiles]]


def test_a_new_team_is_taught(alice: Client) -> None:
    html = page(alice)
    assert "No clips yet" in html and "Make the first clip" in html


def test_another_teams_clips_are_not_there(client: Client, cast: Cast) -> None:
    clip(cast)
    client.force_login(cast.charlie)
    assert shown(client) == []


def test_a_clip_plays_in_place_and_leads_to_its_job(alice: Client, cast: Cast) -> None:
    job = clip(cast)
    html = page(alice)
    assert f'data-clip="/media/{job.id}/clip"' in html
    assert f'src="/media/{job.id}/poster"' in html
    assert f'href="/jobs/{job.id}/"' in html
    assert "<video" not in html


def test_running_jobs_stand_first_with_their_state(alice: Client, cast: Cast) -> None:
    clip(cast, "Done", minutes=1)
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS, prompt="Running", now=NOW - timedelta(hours=1))
    assert shown(alice) == ["Running", "Done"]
    html = page(alice)
    assert 'data-live="job:' in html and 'data-state="in_progress"' in html


def test_a_running_tile_becomes_a_clip_in_the_same_shape(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS, size="720x1280")
    before = alice.get(f"/gallery/tile/{job.id}/").content.decode()
    Job.objects.filter(id=job.id).update(
        state=State.COMPLETED, finished_at=NOW, ended_at=NOW, next_look_at=None
    )
    create_output(job)
    Output.objects.filter(job=job).update(width=720, height=1280, poster="clips/a.webp")
    after = alice.get(f"/gallery/tile/{job.id}/").content.decode()
    assert "ratio-56" in before and "ratio-56" in after
    assert "data-live" in before and "data-live" not in after


@pytest.mark.parametrize(("size", "ratio"), [((1920, 1080), 178), ((1080, 1080), 100), ((640, 1504), 56)])
def test_a_poster_stands_in_the_nearest_shape(cast: Cast, size: tuple[int, int], ratio: int) -> None:
    job = clip(cast, width=size[0], height=size[1])
    assert gallery.tile_of(Job.objects.select_related("output").get(id=job.id)).ratio == ratio


def test_pages_go_on_where_the_last_one_ended(alice: Client, cast: Cast, short_pages: None) -> None:
    for number in range(7):
        clip(cast, f"clip {number}", minutes=number)
    first = alice.get("/gallery/").context["gallery"]
    second = alice.get(first.older_url).context["gallery"]
    third = alice.get(second.older_url).context["gallery"]
    seen = [tile.job.prompt for view in (first, second, third) for tile in view.tiles]
    assert seen == [f"clip {number}" for number in range(7)]
    assert (first.newer_url, third.older_url) == ("", "")
    back = alice.get(third.newer_url).context["gallery"]
    assert [tile.job.id for tile in back.tiles] == [tile.job.id for tile in second.tiles]


def test_a_page_keeps_its_filters(alice: Client, cast: Cast, short_pages: None) -> None:
    for number in range(5):
        clip(cast, f"boat {number}")
    older = alice.get("/gallery/?q=boat").context["gallery"].older_url
    assert "q=boat" in older


def test_a_cursor_that_cannot_be_read_says_so(alice: Client, cast: Cast) -> None:
    clip(cast)
    assert "this is the beginning" in page(alice, "?after=nonsense")


def test_totals_are_of_everything_not_of_the_page(alice: Client, cast: Cast, short_pages: None) -> None:
    for number in range(5):
        clip(cast, minutes=number)
    create_job(cast.alice, cast.team, state=State.FAILED)
    create_job(cast.alice, cast.team)
    html = page(alice)
    assert "<b>5</b> clips" in html and "<b>1</b> on the way" in html and "1 without a clip" in html


@pytest.mark.parametrize(
    ("query", "noun"),
    [("", "clip"), ("?state=completed", "clip"), ("?state=any", "job"), ("?money=held", "job")],
)
def test_a_total_says_what_it_counts(alice: Client, query: str, noun: str) -> None:
    assert alice.get(f"/gallery/{query}").context["gallery"].noun == noun


def test_counting_stops_somewhere_and_says_so(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "COUNTED_TO", 2)
    for number in range(4):
        clip(cast, minutes=number)
    assert "<b>2+</b> clips" in page(alice)


def test_filters_in_force_have_a_way_out(alice: Client, cast: Cast) -> None:
    clip(cast)
    html = page(alice, f"?q=boat&person={cast.alice.pk}&state=completed")
    for clear in ("Clear words boat", "Clear by me", "Clear state Clips"):
        assert clear in html


def test_nothing_found_is_not_the_same_as_nothing_made(alice: Client, cast: Cast) -> None:
    clip(cast)
    assert "Nothing matches" in page(alice, "?q=zebra")


def test_found_words_are_marked_and_nothing_else_is_markup(alice: Client, cast: Cast) -> None:
    clip(cast, "A <b>boat</b> at dusk")
    html = page(alice, "?q=dusk")
    assert "<mark>dusk</mark>" in html and "&lt;b&gt;boat" in html


def test_news_offers_what_is_new_without_moving_the_page(alice: Client, cast: Cast) -> None:
    clip(cast, minutes=5)
    count_url = alice.get("/gallery/").context["gallery"].count_url
    assert "Show what is new" not in alice.get(count_url).content.decode()
    create_job(cast.bob, cast.team, now=NOW + timedelta(minutes=1))
    assert "Show what is new" in alice.get(count_url).content.decode()


def test_a_thousand_running_jobs_do_not_bury_the_clips(alice: Client, cast: Cast) -> None:
    for _ in range(gallery.RUNNING_SHOWN + 2):
        create_job(cast.alice, cast.team)
    view = alice.get("/gallery/").context["gallery"]
    assert len(view.running) == gallery.RUNNING_SHOWN
    assert f"<strong>{gallery.RUNNING_SHOWN + 2}</strong> on their way" in page(alice)


@pytest.fixture
def queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as captured:
        yield captured


def test_ten_more_tiles_take_no_more_queries(
    alice: Client, cast: Cast, queries: CaptureQueriesContext
) -> None:
    def count() -> int:
        before = len(queries)
        page(alice)
        return len(queries) - before

    clip(cast)
    create_job(cast.bob, cast.team)
    count()
    few = count()
    for number in range(10):
        clip(cast, minutes=number)
        create_job(cast.bob, cast.team)
    assert count() == few
