"""What happened since: for pages whose event stream does not get through."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.live import replay
from videojobs.rights import Right


@never_cache
@team_page(Right.SEE_JOBS)
def since(request: TeamRequest) -> HttpResponse:
    """Answer with the team's events after `last`; without it, with the number to begin from."""
    said = request.GET.get("last", "")
    if not said:
        return JsonResponse({"events": [], "last": replay.newest(request.team.pk), "reset": False})
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    missed = replay.after(request.team.pk, number).without(request.asker.hidden_projects)
    told = [news.told() for news in missed.news]
    known = {"events": told, "last": missed.newest, "reset": not missed.is_complete, "queue": missed.queue}
    return JsonResponse(known)
