"""Statements: what a project's clips of a period cost, for a client; on the page, on paper, by mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.forms.statements import MonthlyForm, StatementForm
from dashboard.http import TeamRequest
from videojobs import audit
from videojobs.models import Kind, MonthlyStatement
from videojobs.money.periods import day_of
from videojobs.rights import Right
from videojobs.statements import paper, sheet, sums, words
from videojobs.statements.sums import Line, OpenJob, Statement

SHOWN = 100
"""Lines on the page; the files have them all."""

OFF = "The lines of this statement are not what the ledger sums to, so it is not shown. Verify the ledger."


@dataclass(frozen=True)
class Preview:
    """A statement on the page: its first lines, its sentences, and what its files are asked with."""

    statement: Statement
    query: str

    @property
    def lines(self) -> list[tuple[Line, str]]:
        """The first lines, each with its amount in as many decimals as all of them need."""
        return [(line, words.usd(line.amount, self.places)) for line in self.statement.lines[:SHOWN]]

    @cached_property
    def places(self) -> int:
        """How many decimals the amounts need."""
        return words.places([self.statement.base, *(line.amount for line in self.statement.lines)])

    @property
    def unknown(self) -> list[OpenJob]:
        """The first jobs nobody knows the charge of."""
        return self.statement.unknown[:SHOWN]

    @property
    def said(self) -> dict[str, str]:
        """The sentences that stand on paper, too."""
        found = self.statement
        return {
            "period": words.period(found.wish),
            "base": words.usd(found.base, self.places),
            "markup_amount": words.usd(found.markup_amount, self.places),
            "total": words.usd(found.total, self.places),
            "markup": words.per_cent(found.wish.markup),
            "rounding": words.rounding(found.wish),
            "left_out": words.left_out(found),
            "tie": words.tie(found),
        }


@team_page(Right.SEE_SPEND)
def statements(request: TeamRequest) -> HttpResponse:
    """Show a statement, its files, and who gets one each month."""
    return show(request)


@team_page(Right.SEE_SPEND)
def as_pdf(request: TeamRequest) -> HttpResponse:
    """Send a statement as PDF."""
    return file_of(request, "pdf", "application/pdf", lambda s: paper.write(s, Path(settings.MEDIA_ROOT)))


@team_page(Right.SEE_SPEND)
def as_csv(request: TeamRequest) -> HttpResponse:
    """Send a statement as CSV."""
    return file_of(request, "csv", "text/csv; charset=utf-8", lambda s: sheet.write(s).encode())


@team_page(Right.SEND_STATEMENTS, methods=["POST"])
def add_monthly(request: TeamRequest) -> HttpResponse:
    """Have a project's statement mailed each month from now on."""
    form, now = MonthlyForm(request.team, request.POST), timezone.now()
    if not form.is_valid():
        return show(request, adding=form, status=422)
    values = form.cleaned_data
    try:
        with transaction.atomic():
            MonthlyStatement.objects.create(
                project=values["project"],
                address=values["address"],
                markup=values["markup"],
                created_by=request.user,
                created_at=now,
            )
            subject, said = described(values)
            audit.note(request.team, request.user, "statement_added", subject, now, after=said)
    except IntegrityError:  # two presses at once
        return redirect("statements")
    messages.success(request, f"{values['address']} gets a statement of each month, from this one on.")
    return redirect("statements")


@team_page(Right.SEND_STATEMENTS, methods=["POST"])
def remove_monthly(request: TeamRequest, monthly_id: int) -> HttpResponse:
    """Stop mailing a statement."""
    found = get_object_or_404(MonthlyStatement, pk=monthly_id, project__team=request.team)
    subject, said = described({name: getattr(found, name) for name in ("project", "address", "markup")})
    with transaction.atomic():
        found.delete()
        audit.note(request.team, request.user, "statement_removed", subject, timezone.now(), before=said)
    messages.success(request, f"No statement of this project goes to {found.address} any more.")
    return redirect("statements")


def described(values: dict[str, object]) -> tuple[str, dict[str, str]]:
    """Return for the audit log whose statement is mailed, and to whom."""
    said = {name: str(values[name]) for name in ("project", "address", "markup")}
    return said["project"], said


def question(request: TeamRequest, now: datetime) -> tuple[StatementForm, str]:
    """Return what an address asks for, and the same as a query; without a project: this month's default."""
    usual = Kind(request.team.provider_account.kind)
    data = {name: word for name, word in request.GET.dict().items() if word}
    if "project" not in data:
        default = request.team.projects.get(is_default=True)
        month = f"{day_of(now, request.team.zone):%Y-%m}"
        data = {"project": str(default.pk), "month": month, "kind": usual.value} | data
    return StatementForm(request.team, now, usual, data), urlencode(data)


def show(
    request: TeamRequest, *, adding: MonthlyForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show the page with the statement that is asked for, or with what is wrong."""
    now = timezone.now()
    form, query = question(request, now)
    preview = None
    try:
        if form.is_valid():
            preview = Preview(sums.read(form.wish(), now=now), query)
    except sums.DoesNotTie:
        problem, status = OFF, 409
    found = MonthlyStatement.objects.filter(project__team=request.team)
    context = {
        "form": form,
        "preview": preview,
        "problem": problem,
        "adding": adding or MonthlyForm(request.team),
        "monthly": found.select_related("project").order_by("project__name", "address"),
        "may_send": request.asker.may(Right.SEND_STATEMENTS),
        "mails": settings.EMAIL_CONFIGURED,
    }
    return TemplateResponse(request, "statements/statements.html", context, status=status)


def file_of(
    request: TeamRequest, suffix: str, content_type: str, write: Callable[[Statement], bytes]
) -> HttpResponse:
    """Send a statement as a file; where the question or the statement is wrong, show the page instead."""
    now = timezone.now()
    form, _query = question(request, now)
    if not form.is_valid():
        return show(request, status=422)
    try:
        content = write(sums.read(form.wish(), now=now))
    except paper.TooLong as error:
        return show(request, problem=str(error), status=422)
    except sums.DoesNotTie:
        return show(request, problem=OFF, status=409)
    answer = HttpResponse(content, content_type=content_type)
    name = words.file_name(form.wish(), suffix)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
