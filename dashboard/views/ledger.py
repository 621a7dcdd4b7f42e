"""The ledger: every movement of the team's money, a page at a time, and whether its chain is whole."""

from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.forms.days import FIRST_YEAR
from dashboard.forms.ledger import KIND_WORDS, LedgerForm
from dashboard.http import TeamRequest
from dashboard.numbered import Numbered
from videojobs import tasks
from videojobs.models import EntryKind, LedgerCheck, LedgerEntry, LedgerHead
from videojobs.models.money import FIRST_LINK
from videojobs.money import verifying
from videojobs.rights import Right
from videojobs.statements import words

PAGE = 50
AT_ONCE = 5000
"""So many entries are verified while the browser waits; of more the worker takes care."""

MEANINGS = {
    EntryKind.HOLD: "set aside",
    EntryKind.SETTLE: "charged",
    EntryKind.RELEASE: "hold given back",
    EntryKind.CORRECTION: "charge changed",
    EntryKind.CREDIT: "given back by the provider",
    EntryKind.TOP_UP: "paid in",
}


class Row:
    """One entry as the page shows it."""

    def __init__(self, entry: LedgerEntry, places: int) -> None:
        self.entry = entry
        self.amount = words.usd(entry.amount, places)
        self.kind = EntryKind(entry.kind)
        self.word = KIND_WORDS[self.kind]
        self.meaning = MEANINGS[self.kind]


class Ledger:
    """One page of the ledger, newest entry first."""

    def __init__(self, request: TeamRequest) -> None:
        self.request = request
        self.team = request.team
        self.sees_all = request.asker.may(Right.SEE_SPEND)
        self.form = LedgerForm(request.asker, request.GET)

    @cached_property
    def pages(self) -> Numbered[LedgerEntry]:
        """Where this page is among the others."""
        entries = self.form.entries().select_related("project", "person", "actor", "token", "account")
        return Numbered(entries, "number", PAGE, self.request.GET, self._asked)

    @cached_property
    def rows(self) -> list[Row]:
        """What the page shows."""
        entries = self.pages.rows
        places = words.places(entry.amount for entry in entries)
        return [Row(entry, places) for entry in entries]

    @property
    def shown(self) -> str:
        """Which entries these are."""
        entries = self.pages.rows
        return f"Entries {entries[0].number:,} – {entries[-1].number:,}" if entries else ""

    @property
    def _asked(self) -> dict[str, str]:
        given = self.request.GET
        return {name: given[name] for name in self.form.fields if given.get(name)}

    @property
    def export_query(self) -> str:
        """What asks the exports for the same days, person and project."""
        names = {"first": "from", "last": "to", "person": "person", "project": "project", "money": "kind"}
        query = {names[name]: word for name, word in self._asked.items() if name in names}
        if "to" in query:
            query.setdefault("from", date(FIRST_YEAR, 1, 1).isoformat())
        return urlencode(query if {"from", "to"} & query.keys() else query | {"period": "all"})

    @property
    def export_kind(self) -> str:
        """Which kind of money the filter names, "" for both; a file never holds both."""
        return self._asked.get("money", "")

    # the chain

    @cached_property
    def head(self) -> LedgerHead:
        """The end of the chain."""
        found = LedgerHead.objects.filter(team=self.team).first()
        return found or LedgerHead(team=self.team, number=0, hash=FIRST_LINK)

    @cached_property
    def check(self) -> LedgerCheck | None:
        """The last verification."""
        return LedgerCheck.objects.filter(team=self.team).first()

    @cached_property
    def running_since(self) -> datetime | None:
        """Since when a verification runs; None where none does."""
        since: datetime | None = cache.get(tasks.verifying_key(self.team.pk))
        return since


@team_page()
def ledger(request: TeamRequest) -> HttpResponse:
    """Show the ledger, or the entries of one's own jobs where the role shows no more."""
    return TemplateResponse(request, "ledger/ledger.html", {"ledger": Ledger(request)})


@team_page(Right.SEE_SPEND, methods=["POST"])
def verify(request: TeamRequest) -> HttpResponse:
    """Walk the chain and count every sum again: at once, or by the worker where that takes long."""
    head = LedgerHead.objects.filter(team=request.team).first()
    if head is not None and head.number > AT_ONCE:
        return _hand_over(request)
    found = verifying.check(request.team, now=timezone.now())
    if found.problem:
        messages.error(request, f"The ledger does not agree. {found.problem}")
    else:
        messages.success(request, f"All {found.entries:,} entries agree, and every sum with them.")
    return redirect("ledger")


def _hand_over(request: TeamRequest) -> HttpResponse:
    key = tasks.verifying_key(request.team.pk)
    if cache.add(key, timezone.now(), timeout=tasks.LONGEST_VERIFICATION):
        if tasks.nudge(tasks.verify_ledger, request.team.pk):
            messages.success(request, "The verification runs. Its result will stand here.")
        else:
            cache.delete(key)
            messages.error(request, "The worker cannot be reached. Try again in a moment.")
    return redirect("ledger")
