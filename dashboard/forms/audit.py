"""Which entries of the audit log somebody asks to see: filters of an address, and what they leave."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from dashboard.forms.ledger import FIRST_YEAR, LAST_YEAR, day_field
from dashboard.forms.people import dress, printable
from dashboard.http import Asker
from videojobs.models import AuditEntry, User
from videojobs.money.periods import midnight
from videojobs.rights import Right

A_DAY = timedelta(days=1)
VIA_WORDS = {
    "page": "In the site",
    "api": "By script",
    "mail": "By mail",
    "command": "On the machine",
    "system": "By itself",
}


def visible_audit(asker: Asker) -> QuerySet[AuditEntry]:
    """Return the entries this asker may read: the team's, for those who may read them at all."""
    entries = AuditEntry.objects.filter(team=asker.team)
    return entries if asker.may(Right.SEE_AUDIT) else entries.none()


def action_words(action: str) -> str:
    """Return an action as people read it: "role_changed" is "Role changed"."""
    return action.replace("_", " ").capitalize()


class AuditForm(forms.Form):
    """What stands above the log; everything may be left open, and all of it must hold."""

    subject = forms.CharField(label="About", required=False, max_length=200, validators=[printable])
    via = forms.ChoiceField(
        label="Way",
        required=False,
        choices=[("", "Any way"), *((key, word) for key, word in VIA_WORDS.items())],
    )
    first = day_field("From")
    last = day_field("Up to")

    def __init__(self, asker: Asker, data: Any) -> None:
        super().__init__(data)
        self.asker = asker
        seen = visible_audit(asker)
        actors = User.objects.filter(pk__in=seen.values("actor")).order_by("name", "email")
        self.fields["actor"] = forms.ModelChoiceField(
            actors, label="Who", required=False, empty_label="Everybody"
        )
        actions = sorted(set(seen.order_by().values_list("action", flat=True).distinct()))
        self.fields["action"] = forms.ChoiceField(
            label="What",
            required=False,
            choices=[("", "Every change"), *((action, action_words(action)) for action in actions)],
        )
        self.order_fields(["actor", "action", "subject", "via", "first", "last"])
        dress(self, subject={"placeholder": "a name, an e-mail, job_…", "autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        """Hold the days to an order and to years that exist."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        for name, day in (("first", first), ("last", last)):
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Choose a day from the year {FIRST_YEAR} on.")
        if first and last and first > last:
            self.add_error("last", "The last day is before the first one.")
        return values

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries that pass; none where a filter has an error."""
        found = visible_audit(self.asker)
        if not self.is_valid():
            return found.none()
        values, zone, wanted = self.cleaned_data, self.asker.team.zone, Q()
        for name in ("actor", "action", "via"):
            wanted &= Q(**{name: values[name]}) if values[name] else Q()
        wanted &= Q(subject__icontains=values["subject"]) if values["subject"] else Q()
        wanted &= Q(at__gte=midnight(values["first"], zone)) if values["first"] else Q()
        wanted &= Q(at__lt=midnight(values["last"] + A_DAY, zone)) if values["last"] else Q()
        return found.filter(wanted)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for at all."""
        return any(self.data.get(name) for name in self.fields)
