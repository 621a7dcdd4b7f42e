"""What each member chose to be told, and how: read from and written to their membership."""

from dataclasses import dataclass
from datetime import datetime

from videojobs.models import Membership
from videojobs.notices.events import ACTING, OF_JOBS, Event, Way, kinds_of, offered, usual
from videojobs.rights import Role

SINCE, SOUND = "since", "sound"


@dataclass(frozen=True)
class Choices:
    """Of which events a member is told, way by way; `sound` goes with the browser's notices."""

    page: frozenset[Event]
    mail: frozenset[Event]
    browser: frozenset[Event]
    hook: frozenset[Event] = usual(Way.HOOK)
    sound: bool = False

    def of(self, way: Way) -> frozenset[Event]:
        """Return the events of one way."""
        return {Way.PAGE: self.page, Way.MAIL: self.mail, Way.HOOK: self.hook, Way.BROWSER: self.browser}[way]

    @property
    def hidden_kinds(self) -> list[str]:
        """The kinds of notice this member wants to see nothing of in the page."""
        return [kind for event in Event if event not in self.page for kind in kinds_of(event)]


def chosen(member: Membership) -> Choices:
    """Return what a member chose, and what is usual where they chose nothing."""

    def of(way: Way) -> frozenset[Event]:
        names = member.told.get(way.value)
        if not isinstance(names, list):
            return usual(way)
        return frozenset(event for event in offered(way) if event.value in names)

    return Choices(
        page=of(Way.PAGE),
        mail=of(Way.MAIL),
        browser=of(Way.BROWSER),
        hook=of(Way.HOOK),
        sound=member.told.get(SOUND) is True,
    )


def choose(member: Membership, choices: Choices, *, now: datetime) -> None:
    """Keep what a member chose. What an event does not come in is left out."""
    told: dict[str, object] = {
        way.value: sorted(event.value for event in choices.of(way) & offered(way)) for way in Way
    }
    member.told = told | {SOUND: choices.sound, SINCE: now.isoformat()}
    member.save(update_fields=["told"])


def hears(member: Membership, event: Event, way: Way, *, personal: bool) -> bool:
    """Tell whether a notice reaches a member beyond the page.

    What concerns the team goes to who can act, and to the others once they asked for it: who never chose
    anything and cannot act is left in peace.
    """
    asked = way.value in member.told
    return event in chosen(member).of(way) and (personal or asked or Role(member.role) in ACTING)


def of_jobs_since(member: Membership, event: Event, *, has_hook: bool) -> datetime | None:
    """Return since when a member wants word of their own jobs' ends; None where they want none.

    Who chooses it is not told of all that ended before.
    """
    choices = chosen(member)
    ways = [choices.page, choices.mail, *([choices.hook] if has_hook else [])]
    if event not in OF_JOBS or not any(event in way for way in ways):
        return None
    since = member.told.get(SINCE)
    return datetime.fromisoformat(since) if isinstance(since, str) else member.created_at
