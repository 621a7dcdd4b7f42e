"""The boxes of open pages."""

import asyncio

from dashboard.live import frames
from dashboard.live.guests import Guest
from dashboard.live.hub import BOX, Hub, Listener

ALICE = Guest(user=1, team=7, session="a", role="owner", hidden=frozenset())
BOB = Guest(user=2, team=8, session="b", role="member", hidden=frozenset({3}))


def take(*put: bytes, ends: bool = False) -> bytes:
    """Return what a page takes after all this was put into its box."""

    async def run() -> bytes:
        listener = Listener(ALICE)
        for frame in put:
            listener.put(frame)
        if ends:
            listener.end()
        return await asyncio.wait_for(listener.take(), 1)

    return asyncio.run(run())


def test_it_gives_everything_at_once_in_order() -> None:
    assert take(b"1", b"2", b"3") == b"123"


def test_it_gives_nothing_at_the_end() -> None:
    assert take(ends=True) == b""


def test_what_was_put_before_the_end_is_still_given() -> None:
    assert take(b"1", ends=True) == b"1"


def test_a_page_that_is_far_behind_reads_itself_again() -> None:
    taken = take(b"lost ", *[b"."] * BOX)
    assert taken == frames.reset() + b"." * BOX


def test_it_waits_for_the_next_frame() -> None:
    async def run() -> bytes:
        listener = Listener(ALICE)
        asyncio.get_running_loop().call_later(0.01, listener.put, b"late")
        return await listener.take()

    assert asyncio.run(run()) == b"late"


def test_it_tells_nobody_of_a_project_they_may_not_see() -> None:
    hub, theirs = Hub(), Listener(BOB)
    hub.join(theirs)
    hub.tell(8, b"hidden", project=3)
    hub.tell(8, b"open", project=4)
    assert asyncio.run(theirs.take()) == b"open"


def test_it_tells_one_team_alone() -> None:
    hub, ours, theirs = Hub(), Listener(ALICE), Listener(BOB)
    hub.join(ours)
    hub.join(theirs)
    hub.tell(7, b"news")
    theirs.end()
    assert (asyncio.run(ours.take()), asyncio.run(theirs.take())) == (b"news", b"")


def test_it_forgets_pages_that_left() -> None:
    hub, page = Hub(), Listener(ALICE)
    hub.join(page)
    assert (hub.pages_of(1), hub.teams) == (1, [7])
    hub.leave(page)
    assert (hub.pages_of(1), hub.teams, hub.listeners) == (0, [], [])
