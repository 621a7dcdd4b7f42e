"""Limits on the Spend page: how each stands, and setting, trying, changing and taking one away."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dashboard.access import team_page
from dashboard.forms.limits import LimitForm, TermsForm
from dashboard.http import TeamRequest
from dashboard.limiting import LARGEST_ID, seen_by
from dashboard.views.limit_facts import Facts, Said, facts_of
from dashboard.views.limit_lines import PERIODS, Line, People, thing_of
from videojobs.models import Kind, Limit, LimitPeriod
from videojobs.money import budgets
from videojobs.money.budgets import WrongLimit
from videojobs.rights import Right
from videojobs.trials import Books

# --- the section of the Spend page ---


@dataclass(frozen=True)
class Section:
    """The limits somebody may see, as they stand. `rehearsal`: what rehearsal money takes of them."""

    lines: list[Line]
    rehearsal: bool
    may_set: bool
    is_whole: bool
    time_zone: str

    @property
    def query(self) -> str:
        """What the section is asked for with, to be read again on news."""
        return _query(rehearsal=self.rehearsal)


def section(request: TeamRequest) -> Section:
    """Return the limits this person may see. `kind` in the address says of which money."""
    rehearsal = _rehearsal(request)
    standings = budgets.standings(request.team, now=timezone.now(), rehearsal=rehearsal)
    people, zone = People.of(request.team), request.team.zone
    lines = [Line(one, people, zone) for one in seen_by(request.asker, standings)]
    return Section(
        lines=sorted(lines, key=lambda line: (-line.standing.per_cent, line.limit.pk)),
        rehearsal=rehearsal,
        may_set=request.asker.may(Right.SET_LIMITS),
        is_whole=request.asker.may(Right.SEE_SPEND),
        time_zone=request.team.time_zone,
    )


@team_page()
def limits(request: TeamRequest) -> HttpResponse:
    """Return the section alone, for pages that are open; whoever comes by its address is led to the page."""
    if not request.htmx:
        return _back(request)
    return TemplateResponse(request, "limits/_section.html", {"limits": section(request)})


# --- setting ---


@team_page(Right.SET_LIMITS, methods=["GET", "POST"])
def add(request: TeamRequest) -> HttpResponse:
    """Offer to set a limit, try it against the past, or set it."""
    sent = request.method == "POST"
    form = LimitForm(request.POST if sent else None, team=request.team)
    page = Page(request, form)
    if not sent or page.is_trial:
        return page.show()
    if form.is_valid():
        wish = form.terms().wish(form.cleaned_data["what"])
        try:
            made = budgets.add(request.team, wish, request.user, now=timezone.now())
        except WrongLimit as wrong:
            form.refuse(wrong)
        else:
            messages.success(request, f"The limit on {thing_of(made)} holds from now on.")
            return _back(request)
    return page.show(status=422)


@team_page(Right.SET_LIMITS, methods=["GET", "POST"])
def change(request: TeamRequest, limit_id: int) -> HttpResponse:
    """Show a limit's terms and what they would have stopped; change them."""
    limit, sent = _limit(request, limit_id), request.method == "POST"
    form = TermsForm.of(limit, request.POST if sent else None)
    page = Page(request, form, limit)
    if not sent or page.is_trial:
        return page.show()
    if form.is_valid():
        terms, now = form.terms(), timezone.now()
        try:
            budgets.change(
                limit,
                amount=terms.amount,
                action=terms.action,
                levels=terms.levels,
                actor=request.user,
                now=now,
            )
        except WrongLimit as wrong:
            form.refuse(wrong)
        else:
            messages.success(request, f"The limit on {thing_of(limit)} is changed.")
            return _back(request)
    return page.show(status=422)


@team_page(Right.SET_LIMITS, methods=["GET", "POST"])
def remove(request: TeamRequest, limit_id: int) -> HttpResponse:
    """Ask whether to take a limit away, then do it."""
    limit = _limit(request, limit_id)
    if request.method != "POST":
        return TemplateResponse(request, "limits/remove.html", _named(limit) | {"back": _spend(request)})
    try:
        budgets.retire(limit, request.user, now=timezone.now())
    except WrongLimit as wrong:
        messages.error(request, wrong.message)
    else:
        messages.success(request, f"The limit on {thing_of(limit)} is taken away.")
    return _back(request)


def _limit(request: TeamRequest, limit_id: int) -> Limit:
    """Return a limit of the team that holds. Raises Http404 for all others."""
    limits = Limit.objects.active().filter(team=request.team)
    limits = limits.select_related("team", "project", "person", "token")
    found = limits.filter(pk=limit_id).first() if limit_id <= LARGEST_ID else None
    if found is None:
        raise Http404("No such limit.")
    return found


def _named(limit: Limit) -> dict[str, object]:
    return {"limit": limit, "thing": thing_of(limit), "often": PERIODS[LimitPeriod(limit.period)]}


def _rehearsal(request: TeamRequest) -> bool:
    """Whether rehearsal money is asked about; what jobs are made with now where nobody says."""
    asked = request.GET.get("kind", "")
    return asked == Kind.REHEARSAL if asked in set(Kind) else request.team.provider_account.is_rehearsal


def _query(*, rehearsal: bool) -> str:
    return urlencode({"kind": (Kind.REHEARSAL if rehearsal else Kind.LIVE).value})


def _spend(request: TeamRequest) -> str:
    return f"{reverse('spend')}?{_query(rehearsal=_rehearsal(request))}#limits"


def _back(request: TeamRequest) -> HttpResponse:
    return HttpResponseRedirect(_spend(request))


# --- the page ---


@dataclass(frozen=True)
class Page:
    """The page of a limit that is set or changed, with what it would have meant."""

    request: TeamRequest
    form: TermsForm
    limit: Limit | None = None

    @property
    def is_trial(self) -> bool:
        """Whether it is only tried; what the page's own script asks sets nothing, ever."""
        return self.request.POST.get("deed") == "try" or bool(self.request.htmx)

    def show(self, *, status: int = 200) -> HttpResponse:
        """Show the page, or to its own script what the limit would have meant alone."""
        query = _query(rehearsal=_rehearsal(self.request))
        context: dict[str, object] = {
            "form": self.form,
            "facts": self._facts(),
            "query": query,
            "back": _spend(self.request),
        }
        if self.limit is not None:
            context |= _named(self.limit)
        template = "limits/_facts.html" if self.request.htmx else "limits/page.html"
        return TemplateResponse(self.request, template, context, status=status)

    def _facts(self) -> Facts | None:
        said = Said.of(self.form, self.limit)
        if said.subject is None or said.period is None:
            return None
        rehearsal = _rehearsal(self.request)
        books = Books(self.request.team, said.subject, said.period, rehearsal, timezone.now())
        facts = facts_of(books, said)
        for one in facts.trial.jobs if facts.trial else ():
            self.request.asker.veil.fall_over(one.job)
        return facts
