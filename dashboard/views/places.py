"""Places: how many jobs may run at once and how many may wait, with how many do."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.forms.places import PlacesForm, key_of, target_of
from dashboard.http import TeamRequest
from dashboard.templatetags.states import model_name
from videojobs import dispatch, places, tasks
from videojobs.models import PlaceLimit, QueueScope, Target, User
from videojobs.places import Places, WrongTarget
from videojobs.rights import Right


@dataclass(frozen=True)
class Line:
    """Whose places, with how many they have now. `there` and `waiting` are the most of one for *each*.

    `at_once` and `may_wait` are what is set, None for any number; `is_set`: there is a limit at all.
    """

    name: str
    key: str
    there: int
    waiting: int
    at_once: int | None = None
    may_wait: int | None = None
    is_set: bool = True
    of_one: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the next job has to wait for it."""
        return self.at_once is not None and self.there >= self.at_once


WIDEST_FIRST = (QueueScope.TEAM, QueueScope.EACH, QueueScope.PERSON, QueueScope.MODEL)
NAMES = {QueueScope.TEAM: "The whole team", QueueScope.EACH: "Each person without their own"}


@team_page()
def show(request: TeamRequest) -> HttpResponse:
    """Show every limit with what it holds now; `what` in the address fills the form with one of them."""
    found = _read(request)
    chosen = str(request.GET.get("what", ""))
    limit = next((one for one in found.limits if key_of(target_of(one)) == chosen), None)
    return _page(request, found, PlacesForm(request.team, limit=limit, what=chosen))


@team_page(Right.SET_PLACES, methods=["POST"])
def change(request: TeamRequest) -> HttpResponse:
    """Set, change or take away one; jobs that are there or wait stay."""
    found = _read(request)
    wanted = request.POST.get("what", "")
    limit = next((one for one in found.limits if key_of(target_of(one)) == wanted), None)
    form = PlacesForm(request.team, request.POST, limit=limit)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    numbers = form.cleaned_data["at_once"], form.cleaned_data["waiting"]
    if numbers == (None, None) and limit is None:
        form.add_error(None, "Type at least one number.")
        return _page(request, found, form, status=422)
    try:
        places.set_places(request.team, form.target, *numbers, request.user, now=timezone.now())
    except WrongTarget as wrong:
        form.add_error("what", str(wrong))
        return _page(request, found, form, status=422)
    tasks.nudge_send(request.team.provider_account)
    messages.success(request, "Taken away." if numbers == (None, None) else "It holds from now on.")
    return HttpResponseRedirect(reverse("places"))


def _read(request: TeamRequest) -> Places:
    return places.read(request.team, request.team.provider_account)


def _page(request: TeamRequest, found: Places, form: PlacesForm, *, status: int = 200) -> HttpResponse:
    account = request.team.provider_account
    context = {
        "lines": [_line(limit, found) for limit in sorted(found.limits, key=_widest_first)],
        "free": _without_limit(found),
        "form": form,
        "may_set": request.asker.may(Right.SET_PLACES),
        "account_places": dispatch.places_of(account),
        "there": found.there.by.total(),
        "waiting": found.waiting.by.total(),
        "waiting_most": account.may_wait,
        "is_change": form.limit is not None,
    }
    return TemplateResponse(request, "queue/places.html", context, status=status)


def _widest_first(limit: PlaceLimit) -> int:
    return WIDEST_FIRST.index(QueueScope(limit.scope))


def _line(limit: PlaceLimit, found: Places) -> Line:
    scope = QueueScope(limit.scope)
    there, waiting = (
        max((taken.of(scope, person, "") for person in _people(taken, found)), default=0)
        if scope == QueueScope.EACH
        else taken.of(scope, limit.person_id, limit.model)
        for taken in (found.there, found.waiting)
    )
    name = NAMES.get(scope) or (str(limit.person) if limit.person else model_name(limit.model))
    key, of_one = key_of(target_of(limit)), scope == QueueScope.EACH
    return Line(name, key, there, waiting, limit.at_once, limit.waiting, of_one=of_one)


def _without_limit(found: Places) -> list[Line]:
    """Return the people and models with jobs now that have no limit of their own, the busiest first."""
    jobs = [*found.there.by, *found.waiting.by]
    people = User.objects.in_bulk({person for person, _model in jobs})
    models = {model for _person, model in jobs}
    for limit in found.limits:
        people.pop(limit.person_id, None)
        models.discard(limit.model)
    targets = [Target(QueueScope.PERSON, person) for person in people.values()]
    targets += [Target(QueueScope.MODEL, model=model) for model in models]
    lines = [_free(target, found) for target in targets]
    return sorted(lines, key=lambda line: (-line.there, -line.waiting, line.name))


def _free(target: Target, found: Places) -> Line:
    person = target.person.pk if target.person else None
    there, waiting = (taken.of(target.scope, person, target.model) for taken in (found.there, found.waiting))
    name = str(target.person or model_name(target.model))
    return Line(name, key_of(target), there, waiting, is_set=False)


def _people(taken: places.Taken, found: Places) -> set[int]:
    """Return the people with jobs whom an *each* is about: those without a limit of their own."""
    own = {other.person_id for other in found.limits}
    return {person for person, _model in taken.by if person not in own}
