"""Which ledger entries somebody asks to see: filters from an address, and the entries they leave."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from dashboard.forms.days import DaysForm
from dashboard.forms.people import dress, printable
from dashboard.http import Asker
from videojobs.models import DayTotal, EntryKind, Kind, LedgerEntry, User
from videojobs.rights import Right

KIND_WORDS = {
    EntryKind.HOLD: "Hold",
    EntryKind.SETTLE: "Settle",
    EntryKind.RELEASE: "Release",
    EntryKind.CORRECTION: "Correction",
    EntryKind.CREDIT: "Credit",
    EntryKind.TOP_UP: "Top-up",
}


def visible_entries(asker: Asker) -> QuerySet[LedgerEntry]:
    """Return the entries this asker may see: the team's, or those of their own jobs; of a token's project."""
    entries = LedgerEntry.objects.filter(team=asker.team)
    if asker.token is not None and asker.token.project_id is not None:
        entries = entries.filter(project=asker.token.project_id)
    return entries if asker.may(Right.SEE_SPEND) else entries.filter(person=asker.user, job__isnull=False)


class LedgerForm(DaysForm):
    """What stands above the ledger; everything may be left open, and all of it must hold."""

    kind = forms.ChoiceField(
        label="Entry",
        required=False,
        choices=[("", "Every entry"), *((kind.value, word) for kind, word in KIND_WORDS.items())],
    )
    job = forms.CharField(label="Job", required=False, max_length=40, validators=[printable])
    money = forms.ChoiceField(
        label="Money",
        required=False,
        choices=[("", "All money"), (Kind.LIVE.value, "Real money"), (Kind.REHEARSAL.value, "Rehearsal")],
    )

    def __init__(self, asker: Asker, data: Any) -> None:
        super().__init__(asker, data)
        team = asker.team
        projects = team.projects.exclude(pk__in=asker.hidden_projects).order_by("name")
        self.fields["project"] = forms.ModelChoiceField(
            projects, label="Project", required=False, empty_label="Every project"
        )
        if asker.may(Right.SEE_SPEND):
            spent = DayTotal.objects.filter(team=team).values("person")
            people = User.objects.filter(Q(memberships__team=team) | Q(pk__in=spent))
            self.fields["person"] = forms.ModelChoiceField(
                people.distinct().order_by("name", "email"),
                label="Person",
                required=False,
                empty_label="Everybody",
            )
        self.order_fields(["kind", "project", "person", "job", "first", "last", "money"])
        dress(self, job={"placeholder": "job_…", "autocomplete": "off"})

    def entries(self) -> QuerySet[LedgerEntry]:
        """Return the entries that pass; none where a filter has an error."""
        found = visible_entries(self.asker)
        if not self.is_valid():
            return found.none()
        values = self.cleaned_data
        wanted: dict[str, Any] = {
            "kind": values["kind"],
            "project": values["project"],
            "person": values.get("person"),
            "job_id": values["job"],
            "account__kind": values["money"],
        }
        found = found.filter(**{name: value for name, value in wanted.items() if value})
        return found.filter(self.within())
