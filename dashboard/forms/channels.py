"""What people say of a channel: where it leads, what it is called, what it is told."""

from typing import Any

from django import forms

from dashboard.forms.people import dress, words_field
from videojobs.models import Channel, User
from videojobs.models.channels import ChannelKind
from videojobs.notices.channels import ChannelWish
from videojobs.notices.events import WORDS, Event

KIND_WORDS = {
    ChannelKind.SLACK: "Slack-compatible",
    ChannelKind.WEBHOOK: "Signed webhook",
}
TEAM, ME = "team", "me"
WHOSE = {TEAM: "The team", ME: "Me alone"}
LONGEST_ADDRESS = 1_000


NO_EVENTS = "Tick at least one; to pause a channel, turn it off."


def events_field(*, required: bool = True) -> forms.TypedMultipleChoiceField:
    """Return a field of events to tick."""
    return forms.TypedMultipleChoiceField(
        label="It is told of",
        coerce=Event,
        choices=[(event.value, words) for event, words in WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=required,
        error_messages={"required": NO_EVENTS},
    )


class ChangeForm(forms.Form):
    """What a channel is called, and what one of the team is told; one's own is told what its person chose."""

    use_required_attribute = False

    name = words_field("Name", 80)
    events = events_field()

    def __init__(self, data: Any = None, *, channel: Channel) -> None:
        super().__init__(data, initial={"name": channel.name, "events": channel.events})
        dress_words(self)
        if channel.person_id is not None:
            del self.fields["events"]


class ChannelForm(forms.Form):
    """A new channel."""

    use_required_attribute = False

    whose = forms.ChoiceField(label="Who is told", choices=list(WHOSE.items()), widget=forms.RadioSelect)
    kind = forms.TypedChoiceField(
        label="It speaks to",
        coerce=ChannelKind,
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        widget=forms.RadioSelect,
        initial=ChannelKind.SLACK.value,
    )
    address = words_field(
        "Address",
        LONGEST_ADDRESS,
        help_text="The https address of an incoming webhook. Later only its host is shown.",
        error_messages={"required": "Paste the address it is to be told at."},
    )
    name = words_field("Name", 80)
    events = events_field(required=False)

    def __init__(self, data: Any = None, *, for_team: bool) -> None:
        """`for_team`: whether this person may set up channels of the team."""
        super().__init__(data, initial={"whose": TEAM, "events": [Event.DECISION.value, Event.PARKED.value]})
        dress_words(self)
        if not for_team:
            del self.fields["whose"], self.fields["events"]

    def clean(self) -> dict[str, Any]:
        """Ask of what the team is to be told; one's own channel follows what its person chose."""
        values = super().clean() or {}
        if values.get("whose") == TEAM and "events" in values and not values["events"]:
            self.add_error("events", NO_EVENTS)
        return values

    def wish(self, person: User) -> ChannelWish:
        """Return what a valid form says. `person` is who says it."""
        values = self.cleaned_data
        is_teams = values.get("whose") == TEAM
        return ChannelWish(
            kind=values["kind"],
            name=values["name"],
            address=values["address"],
            events=frozenset(values["events"] if is_teams else Event),
            person=None if is_teams else person,
        )


def dress_words(form: forms.Form) -> None:
    """Give the inputs of words the site's look; what is ticked keeps its own."""
    ticked = {name: dict(field.widget.attrs) for name, field in form.fields.items() if _is_ticked(field)}
    dress(form, name={"autocomplete": "off"}, address={"autocomplete": "off", "inputmode": "url"})
    for name, attributes in ticked.items():
        form.fields[name].widget.attrs = attributes


def _is_ticked(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
