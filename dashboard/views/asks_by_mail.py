"""The answer to one question by the link in a mail, without signing in.

The link stands for one person and one question and dies with either. It makes no session, and shows nothing
but the question. A GET only shows; an answer is a POST.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard import versions
from dashboard.forms.asks import RefuseForm
from dashboard.http import Asker
from dashboard.templatetags.money import usd
from dashboard.views.questions import Question, question_of
from videojobs import lifecycle, tasks
from videojobs.lifecycle import Way
from videojobs.models import Approval, Job, Membership, User
from videojobs.money import grantors
from videojobs.notices import answer_links

WRONG, OVER, ANOTHER = 403, 410, 403


class Closed(Exception):
    """There is nothing to answer here. `title` and the message are for the page."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.title = title
        self.message = message


@dataclass(frozen=True)
class Opened:
    """A link that is good: the question, and for whom it is answered."""

    question: Question
    person: User

    @property
    def job(self) -> Job:
        """The job in question."""
        return self.question.job


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question of a link, or take the answer to it."""
    try:
        opened = open_link(request, token, timezone.now())
        return _private(take_answer(request, opened) if request.method == "POST" else _show(request, opened))
    except Closed as closed:
        context = {"title": closed.title, "message": closed.message}
        return _private(TemplateResponse(request, "asks/closed.html", context, status=closed.status))


def open_link(request: HttpRequest, token: str, now: datetime) -> Opened:
    """Return what a link asks, if whoever it was sent to may still answer. Raises Closed."""
    try:
        asked = answer_links.read(token)
    except answer_links.LinkOver as error:
        raise Closed(OVER, "This link is over", "It is older than any question may be.") from error
    except answer_links.WrongLink as error:
        message = "It is not whole, or not one of ours. Open it from the mail once more."
        raise Closed(WRONG, "This link is wrong", message) from error
    job = Job.objects.filter(id=asked.job_id).select_related("account", "person", "project", "team").first()
    member = _member(job, asked.person_id) if job else None
    if job is None or member is None or not grantors.may_answer(member, job):
        message = "Whoever this link was sent to may not answer any more."
        raise Closed(WRONG, "This link is over", message)
    _refuse_another(request, member.user)
    Asker(user=member.user, team=job.team, membership=member).veil.fall_over(job)
    return Opened(_question(job, member, now), member.user)


def _member(job: Job, person_id: int) -> Membership | None:
    members = Membership.objects.filter(team=job.team_id, user=person_id, user__is_active=True)
    return members.select_related("user", "team").first()


def _refuse_another(request: HttpRequest, person: User) -> None:
    """Let nobody who is signed in answer in another's name by mistake."""
    if request.user.is_authenticated and request.user.pk != person.pk:
        message = f"It was sent to {person}, and you are signed in as {request.user}."
        raise Closed(ANOTHER, "This link is not yours", message)


def _question(job: Job, member: Membership, now: datetime) -> Question:
    question = question_of(job, member, now)
    if question is None or question.approval.expires_at <= now:
        raise Closed(OVER, "There is nothing to answer any more", _ending(job, now))
    return question


def _ending(job: Job, now: datetime) -> str:
    approval = Approval.objects.filter(job=job).select_related("answered_by").first()
    told = lifecycle.told(approval, job.team.zone) if approval else ""
    if told or approval is None or approval.expires_at <= now:
        return told or "The time for an answer is over."
    return "Another decision about this job comes first. It waits on the site's Queue page."


def _show(
    request: HttpRequest, opened: Opened, *, form: RefuseForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "question": opened.question,
        "job": opened.job,
        "person": opened.person,
        "form": form or RefuseForm(opened.job.id),
    }
    return TemplateResponse(request, "asks/by_mail.html", context, status=status)


def take_answer(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the answer. Raises Closed where somebody else was first."""
    try:
        if request.POST.get("answer") == "grant":
            return _grant(request, opened)
        if request.POST.get("answer") == "refuse":
            return _refuse(request, opened)
    except lifecycle.Stale as stale:
        raise Closed(409, "It is another wish now", f"{stale} Open the link once more.") from stale
    except lifecycle.Answered as late:
        raise Closed(409, "Somebody was first", str(late)) from late
    return _show(request, opened, status=422)


def _grant(request: HttpRequest, opened: Opened) -> HttpResponse:
    job = opened.job
    version = versions.posted(request)
    lifecycle.grant(job, opened.person, now=timezone.now(), way=Way.LINK, version=version)
    tasks.nudge_send(job.account)
    return _done(request, "You said yes", f"{usd(job.held)} stays held, and the job takes its turn.")


def _refuse(request: HttpRequest, opened: Opened) -> HttpResponse:
    job, form = opened.job, RefuseForm(opened.job.id, request.POST)
    if not form.is_valid():
        return _show(request, opened, form=form, status=422)
    reason, version = form.cleaned_data["reason"], versions.posted(request)
    lifecycle.refuse(job, reason, opened.person, now=timezone.now(), way=Way.LINK, version=version)
    return _done(
        request,
        "You said no",
        f"The job is cancelled, and {usd(job.held)} is free again. {job.person} is told.",
    )


def _done(request: HttpRequest, title: str, message: str) -> HttpResponse:
    return TemplateResponse(request, "asks/closed.html", {"title": title, "message": message, "good": True})


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the link out of other sites' logs and of search engines.

    Not "no-referrer": with it browsers send "Origin: null", which the check against forged forms refuses.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
