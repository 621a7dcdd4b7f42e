"""Which entries of the audit log somebody asks to see: filters of an address, and what they leave."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from dashboard.forms.days import DaysForm
from dashboard.forms.people import dress, printable
from dashboard.http import Asker
from videojobs.models import AuditEntry, User
from videojobs.rights import Right

VIA_WORDS = {
    "page": "In the site",
    "api": "By script",
    "mail": "By mail",
    "command": "On the machine",
    "system": "By itself",
}


ACTIONS = {"factor_added": "Second step added", "factor_removed": "Second step removed"}
"""Actions that are called otherwise than their name reads."""


def visible_audit(asker: Asker) -> QuerySet[AuditEntry]:
    """Return the entries this asker may read: the team's, for those who may read them at all."""
    entries = AuditEntry.objects.filter(team=asker.team)
    return entries if asker.may(Right.SEE_AUDIT) else entries.none()


def action_words(action: str) -> str:
    """Return an action as people read it: "role_changed" is "Role changed"."""
    return ACTIONS.get(action) or action.replace("_", " ").capitalize()


class AuditForm(DaysForm):
    """What stands above the log; everything may be left open, and all of it must hold."""

    subject = forms.CharField(label="About", required=False, max_length=200, validators=[printable])
    via = forms.ChoiceField(
        label="Way",
        required=False,
        choices=[("", "Any way"), *((key, word) for key, word in VIA_WORDS.items())],
    )

    def __init__(self, asker: Asker, data: Any) -> None:
        super().__init__(asker, data)
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

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries that pass; none where a filter has an error."""
        found = visible_audit(self.asker)
        if not self.is_valid():
            return found.none()
        values, wanted = self.cleaned_data, self.within()
        for name in ("actor", "action", "via"):
            wanted &= Q(**{name: values[name]}) if values[name] else Q()
        wanted &= Q(subject__icontains=values["subject"]) if values["subject"] else Q()
        return found.filter(wanted)
