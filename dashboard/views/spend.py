"""Spend: what was charged, what is held, what nobody knows; by day, model, person and project."""

from functools import cached_property

from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.views import limits
from dashboard.views.spend_asked import Asked
from dashboard.views.spend_attention import Attention
from dashboard.views.spend_chart import Bars
from dashboard.views.spend_figures import Figures
from dashboard.views.spend_table import Table
from videojobs import reports
from videojobs.money.budgets import LimitStanding
from videojobs.reports import Totals


class Spend:
    """One view of a team's money, or of one person's where the role shows no more."""

    def __init__(self, request: TeamRequest, known: tuple[LimitStanding, ...] | None = None) -> None:
        self.asked = Asked.read(request)
        self.known = known

    @cached_property
    def figures(self) -> Figures:
        """The figures on top."""
        return Figures(self.asked, self.table, self.known)

    @cached_property
    def bars(self) -> Bars:
        """The bars per day."""
        return Bars(self.asked)

    @cached_property
    def table(self) -> Table:
        """The rows of the chosen split."""
        return Table(self.asked)

    @cached_property
    def attention(self) -> Attention:
        """What somebody should look at."""
        return Attention(self.figures)

    @property
    def body_url(self) -> str:
        """Where what moves with news is read again."""
        return self.asked.at("spend_body")

    @property
    def chart_url(self) -> str:
        """Where the bars come from."""
        return self.asked.at("spend_chart")

    @cached_property
    def other(self) -> Totals:
        """Rehearsal beside live, live beside rehearsal: of all time, or one's own of the period."""
        team, rehearsal = self.asked.team, not self.asked.rehearsal
        if self.asked.person is None:
            return reports.balance(team, rehearsal=rehearsal)
        period = self.asked.span.period
        return reports.totals(team, rehearsal=rehearsal, person=self.asked.person, period=period)


@team_page()
def spend(request: TeamRequest) -> HttpResponse:
    """Show the team's money, or one's own where the role shows no more."""
    section = limits.section(request)
    found = Spend(request, tuple(line.standing for line in section.lines))
    return TemplateResponse(request, "spend/spend.html", {"spend": found, "limits": section})


@team_page()
def body(request: TeamRequest) -> HttpResponse:
    """Return the figures, bars and rows alone, for pages that are open."""
    return TemplateResponse(request, "spend/_body.html", {"spend": Spend(request)})


@team_page()
def chart(request: TeamRequest) -> JsonResponse:
    """Return what the bars are drawn from."""
    answer = JsonResponse(Bars(Asked.read(request)).as_json())
    answer["Cache-Control"] = "private, no-store"
    return answer
