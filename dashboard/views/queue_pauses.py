"""Pause and resume, as two forms of the Queue page."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone

from dashboard.access import refusal, team_page
from dashboard.forms.queue import PauseForm
from dashboard.http import TeamRequest
from dashboard.views.queue_answer import said, show
from dashboard.views.queue_paused import Paused, paused, targets
from videojobs import pauses, tasks
from videojobs.models import Pause, Target
from videojobs.models.queueing import QueueScope
from videojobs.rights import Right


@team_page(methods=["POST"])
def pause(request: TeamRequest) -> HttpResponse:
    """Send nothing more of the team, a person or a model."""
    asker = request.asker
    offered = targets(asker, paused(asker))
    if not asker.may(Right.CANCEL_OWN):
        raise PermissionDenied(refusal(asker, Right.PAUSE))
    form = PauseForm(offered, request.POST)
    if not form.is_valid():
        return show(request, pause_form=form, status=422)
    try:
        made = pauses.pause(asker.team, form.target, asker.user, form.cleaned_data["why"], now=timezone.now())
    except (pauses.AlreadyPaused, pauses.WrongTarget) as refused:
        return show(request, problem=str(refused), status=409)
    return said(request, f"{Paused(made, may_resume=True).what}. What is at the provider runs on.")


@team_page(methods=["POST"])
def resume(request: TeamRequest) -> HttpResponse:
    """Let it be sent again, each in its turn."""
    asker = request.asker
    wanted = str(request.POST.get("pause", ""))
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
    found = Pause.objects.filter(team=asker.team, pk=number).select_related("person", "paused_by").first()
    if found is None:
        if not asker.may(Right.CANCEL_OWN):
            raise PermissionDenied(refusal(asker, Right.PAUSE))
        raise Http404("No such pause.")
    if not asker.may(Right.CANCEL_OWN):
        raise PermissionDenied(refusal(asker, Right.PAUSE))
    target = Target(QueueScope(found.scope), person=found.person, model=found.model)
    try:
        may_all = asker.may(Right.PAUSE)
        pauses.resume(asker.team, target, asker.user, may_pause_all=may_all, now=timezone.now())
    except pauses.NotPaused:
        return show(request, problem="Somebody resumed it a moment ago.", status=409)
    tasks.nudge_send(asker.team.provider_account)
    return said(request, "Resumed. What waits is sent in its turn.")
