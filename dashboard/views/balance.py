"""The provider's balance: what should be left, how long it lasts, top-ups, and the provider's own figures."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from dashboard.access import demand, team_page
from dashboard.forms.balance import TopUpForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd_exact
from videojobs import balance as balances
from videojobs import balance_usage
from videojobs.balance import Changed, Outlook
from videojobs.balance_usage import DayBeside
from videojobs.models import EntryKind, LedgerEntry, ProviderAccount
from videojobs.models.accounts import ProviderAccountQuerySet
from videojobs.money.periods import day_of
from videojobs.rights import Right

SHOWN = 50
"""Top-ups listed; older ones are in the ledger."""


class BalancePage:
    """What one team sees of the account it works with."""

    def __init__(self, request: TeamRequest, now: datetime) -> None:
        self.request = request
        self.team = request.team
        self.now = now
        self.account = self._chosen(request.GET.get("account") or request.POST.get("account"))
        self.may_top_up = request.asker.may(Right.TOP_UP)
        self.form: TopUpForm | None = None

    def _accounts(self) -> ProviderAccountQuerySet:
        accounts = ProviderAccount.objects.all()
        theirs = Q(balances__team=self.team) & ~Q(kind="rehearsal")
        return accounts.filter(Q(pk=self.team.provider_account.pk) | theirs).distinct().order_by("pk")

    def _chosen(self, name: str | None) -> ProviderAccount | None:
        accounts = list(self._accounts())
        if name:
            found = next((account for account in accounts if str(account.pk) == name), None)
            if found is None:
                raise Http404("No such account.")
            return found
        usual = self.team.provider_account
        return usual if usual in accounts else None

    @cached_property
    def others(self) -> list[ProviderAccount]:
        """Other accounts this team's jobs were bought in: those of earlier keys."""
        return [account for account in self._accounts() if account != self.account]

    @property
    def rehearsal(self) -> bool:
        """Whether nothing is bought, and so nothing can run out."""
        return self.account is None or self.account.is_rehearsal

    @cached_property
    def outlook(self) -> Outlook | None:
        """What should be left, and for how long."""
        if self.account is None or self.rehearsal:
            return None
        return balances.outlook(self.team, self.account, now=self.now)

    @cached_property
    def top_ups(self) -> list[LedgerEntry]:
        """The latest top-ups this team typed in."""
        booked = LedgerEntry.objects.filter(team=self.team, account=self.account, kind=EntryKind.TOP_UP.value)
        return list(booked.select_related("actor").order_by("-number")[:SHOWN])

    @cached_property
    def top_up_form(self) -> TopUpForm:
        """The form of a top-up."""
        return self.form or self.new_form()

    def new_form(self, data: object = None) -> TopUpForm:
        """Make a form that knows what was paid in so far."""
        seen = balances.paid_in(self.account) if self.account else Decimal(0)
        return TopUpForm(day_of(self.now, self.team.zone), seen, data)

    @property
    def left_after(self) -> Decimal | None:
        """What should be left once the amount that is asked about is booked."""
        usd = self.top_up_form.asks_about
        outlook = self.outlook
        if usd is None or outlook is None:
            return None
        return (outlook.parts.left if outlook.parts.left is not None else -outlook.parts.taken) + usd

    # the provider's own figures

    @property
    def imports(self) -> bool:
        """Whether they are read once a day."""
        return bool(settings.IMPORT_USAGE)

    @cached_property
    def days(self) -> list[DayBeside]:
        """The latest finished days, the provider's figures beside ours."""
        return balance_usage.beside(self.account, now=self.now) if self.account else []

    @property
    def address(self) -> str:
        """This page about this account."""
        base = reverse("balance")
        usual = self.account is None or self.account == self.team.provider_account
        return base if usual else f"{base}?account={self.account.pk}"  # type: ignore[union-attr]


@team_page(Right.SEE_SPEND)
def balance(request: TeamRequest) -> HttpResponse:
    """Show the balance of the account this team works with."""
    return show(request, BalancePage(request, timezone.now()))


@team_page(methods=["POST"])
def top_up(request: TeamRequest) -> HttpResponse:
    """Book what was paid in, once it was looked at twice."""
    demand(request.asker, Right.TOP_UP)
    page = BalancePage(request, timezone.now())
    if page.account is None or page.rehearsal:
        raise Http404("Rehearsal has no balance.")
    form = page.form = page.new_form(request.POST)
    if not form.is_valid():
        return show(request, page, status=422)
    if form.look_twice():
        return show(request, page)
    return _book(request, page, page.account, form)


def _book(request: TeamRequest, page: BalancePage, account: ProviderAccount, form: TopUpForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        balances.top_up(
            page.team,
            account,
            said["usd"],
            request.user,
            on=said["day"],
            words=said["note"],
            seen=said["seen"],
            now=page.now,
        )
    except Changed:
        form.add_error(None, "Somebody booked a top-up since. Look at the list before you press again.")
        return show(request, page, status=409)
    messages.success(request, f"Booked: {usd_exact(said['usd'])} paid in.")
    return redirect(page.address)


def show(request: TeamRequest, page: BalancePage, *, status: int = 200) -> HttpResponse:
    """Show the page, with what was wrong where something was."""
    return TemplateResponse(request, "balance/balance.html", {"page": page}, status=status)
