"""A number of places as a person sets it: of what, how many run at once, how many wait."""

from collections.abc import Mapping
from typing import Any

from django import forms

from dashboard.limiting import known_models
from dashboard.templatetags.states import model_name
from videojobs.models import PlaceLimit, QueueScope, Target, Team
from videojobs.places import MOST

NUMBER = {"class": "input input-number", "inputmode": "numeric", "autocomplete": "off"}
WHOLE = {"invalid": "Type a whole number, such as 2."}


def key_of(target: Target) -> str:
    """Name a target in a form and an address."""
    if target.person is not None:
        return f"{target.scope}:{target.person.pk}"
    return f"{target.scope}:{target.model}" if target.model else target.scope.value


def target_of(limit: PlaceLimit) -> Target:
    """Return what a limit is on."""
    return Target(QueueScope(limit.scope), limit.person, limit.model)


class PlacesForm(forms.Form):
    """What may run at once and wait. An empty number is as many as the account has."""

    use_required_attribute = False

    what = forms.ChoiceField(
        label="Of what",
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of these."},
    )
    at_once = forms.IntegerField(
        label="At the provider at once",
        min_value=1,
        max_value=MOST,
        required=False,
        error_messages=WHOLE,
        help_text="Empty: as many as the account has.",
        widget=forms.TextInput(attrs=NUMBER),
    )
    waiting = forms.IntegerField(
        label="Waiting",
        min_value=1,
        max_value=MOST,
        required=False,
        error_messages=WHOLE,
        help_text="Empty: any number. One more is refused, and nothing of it is kept.",
        widget=forms.TextInput(attrs=NUMBER),
    )

    def __init__(
        self,
        team: Team,
        data: Mapping[str, Any] | None = None,
        *,
        limit: PlaceLimit | None = None,
        what: str = "",
    ) -> None:
        """Fill it in with a limit, or with `what` to set one on. A name of nothing is not taken."""
        named = target_of(limit) if limit else None
        initial = (
            {"what": key_of(named), "at_once": limit.at_once, "waiting": limit.waiting}
            if limit and named
            else {"what": what}
        )
        self.limit = limit
        super().__init__(data, initial=initial, auto_id="places-%s", label_suffix="")
        self._targets = {key_of(target): target for target in _targets(team)}
        if named is not None:
            self._targets.setdefault(key_of(named), named)  # somebody who has left
        self.fields["what"].choices = _choices(self._targets)  # type: ignore[attr-defined]

    @property
    def target(self) -> Target:
        """What was chosen."""
        return self._targets[self.cleaned_data["what"]]


def _targets(team: Team) -> list[Target]:
    members = team.memberships.select_related("user").order_by("created_at", "id")
    return [
        Target(QueueScope.TEAM),
        Target(QueueScope.EACH),
        *(Target(QueueScope.PERSON, member.user) for member in members),
        *(Target(QueueScope.MODEL, model=model) for model in known_models(team)),
    ]


def _choices(targets: Mapping[str, Target]) -> list[tuple[str, Any]]:
    whole = [
        (QueueScope.TEAM.value, "The whole team"),
        (QueueScope.EACH.value, "Each person without their own"),
    ]
    people = [(key, str(target.person)) for key, target in targets.items() if target.person is not None]
    models = [(key, model_name(target.model)) for key, target in targets.items() if target.model]
    return [*whole, *((name, group) for name, group in (("People", people), ("Models", models)) if group)]
