"""What becomes of a leaver's jobs and tokens."""

from typing import Any

from django import forms

from dashboard.forms.people import dress
from dashboard.templatetags.money import usd
from videojobs import leaving
from videojobs.leaving import Belongings, HandOver
from videojobs.models import Membership

WAITING = (("keep", "Keep waiting"), ("cancel", "Cancel"))
TOKENS = (("revoke", "Revoke"), ("hand", "Hand over too"))


class LeavingForm(forms.Form):
    """Who looks after the jobs, and what happens to those that wait and to the tokens."""

    use_required_attribute = False

    heir = forms.TypedChoiceField(label="Who takes over", required=False, coerce=int, empty_value=None)
    waiting = forms.ChoiceField(
        label="Waiting jobs", choices=WAITING, initial="keep", widget=forms.RadioSelect, required=False
    )
    tokens = forms.ChoiceField(
        label="API tokens", choices=TOKENS, initial="revoke", widget=forms.RadioSelect, required=False
    )

    def __init__(
        self, *args: Any, member: Membership, actor: Membership, has: Belongings, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.heirs = {heir.pk: heir for heir in leaving.heirs(member)}
        names = [(pk, str(heir.user)) for pk, heir in self.heirs.items()]
        nobody = ("", "Nobody: owners and admins do")
        if isinstance(field := self.fields["heir"], forms.TypedChoiceField):
            field.choices = [nobody, *names]
        self.initial.setdefault("heir", actor.pk if actor.pk in self.heirs else "")
        if has.jobs:
            self.fields["heir"].label = f"Who takes over the {_counted(has.jobs, 'job')}"
            self.fields["heir"].help_text = _of_which(has)
        self.fields["waiting"].label = f"The {_counted(has.waiting, 'waiting job')}"
        self.fields["tokens"].label = f"The {_counted(has.tokens, 'API token')}"
        if not has.waiting:
            del self.fields["waiting"]
        if not has.tokens or actor.pk == member.pk:
            del self.fields["tokens"]  # they are revoked
        dress(self)
        for name in {"waiting", "tokens"} & set(self.fields):
            self.fields[name].widget.attrs.pop("class")

    def wish(self) -> HandOver:
        """Return what was chosen in a valid form."""
        values = self.cleaned_data
        return HandOver(
            heir=self.heirs.get(values["heir"] or 0),
            keeps_waiting=values.get("waiting") != "cancel",
            hands_tokens=values.get("tokens") == "hand",
        )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}s" if number != 1 else noun


def _of_which(has: Belongings) -> str:
    waiting = f"{has.waiting:,} waiting, holding {usd(has.held)}" if has.waiting else ""
    running = f"{has.running:,} running or undecided" if has.running else ""
    ended = f"{has.ended:,} ended" if has.ended else ""
    return " · ".join(filter(None, [waiting, running, ended]))
