"""The team's provider key: typed in, tested, replaced, taken away; never shown."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from dashboard.access import team_page
from dashboard.forms.provider_key import KeyForm
from dashboard.http import TeamRequest
from videojobs import provider_keys, tasks
from videojobs.models import ProviderAccount
from videojobs.provider_keys import NoAnswer, WrongKey
from videojobs.rights import Right


@never_cache
@sensitive_post_parameters("key")
@team_page(Right.SET_KEY, methods=["GET", "POST"])
def provider_key(request: TeamRequest) -> HttpResponse:
    """Show which key the team buys with, and take another one."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    untested = ""
    if form.is_valid():
        try:
            untested = _tested(form)
        except WrongKey as wrong:
            form.add_error("key", str(wrong))
        else:
            if not untested or form.cleaned_data["anyway"]:
                return _keep(request, form.cleaned_data["key"], untested)
            form.add_error(
                "key", f"{untested} Paste it again and tick “Keep it untested” to keep it all the same."
            )
    return _show(request, form, may_skip=bool(untested))


def _tested(form: KeyForm) -> str:
    """Return why nobody knows whether the key works, "" where it does. Raises WrongKey."""
    try:
        provider_keys.test(form.cleaned_data["key"])
    except NoAnswer as error:
        return str(error)
    return ""


def _keep(request: TeamRequest, secret: str, problem: str) -> HttpResponse:
    account = provider_keys.set_key(request.team, secret, request.user, now=timezone.now(), problem=problem)
    tasks.nudge_send(account)
    messages.success(request, "The key is kept. New jobs are bought with it: they cost real money now.")
    return redirect("provider_key")


@team_page(Right.SET_KEY, methods=["POST"])
def test_key(request: TeamRequest) -> HttpResponse:
    """Test the key that is in use, with a call that costs nothing."""
    key = provider_keys.key_of(request.team)
    if key is None:
        raise Http404("This team has no key of its own.")
    problem = provider_keys.test_again(key, now=timezone.now())
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, "The provider knows this key.")
    return redirect("provider_key")


@team_page(Right.SET_KEY, methods=["POST"])
def remove_key(request: TeamRequest) -> HttpResponse:
    """Take the team's key away; new jobs go where the site's own key leads."""
    if not provider_keys.take_away(request.team, request.user, now=timezone.now()):
        raise Http404("This team has no key of its own.")
    messages.success(
        request, "The key is taken away. Jobs that were sent with it are looked after to their end."
    )
    return redirect("provider_key")


def _show(request: TeamRequest, form: KeyForm, *, may_skip: bool) -> HttpResponse:
    key = provider_keys.key_of(request.team)
    context = {
        "form": form,
        "may_skip": may_skip,
        "key": key,
        # Another team may have typed in the same key; its people are nobody's business here.
        "key_is_ours": key is not None and request.team.memberships.filter(user=key.added_by_id).exists(),
        "waiting_elsewhere": _waiting_elsewhere(request),
        "site_has_key": bool(settings.PROVIDER_KEY),
        "address": settings.PROVIDER_BASE_URL,
    }
    return TemplateResponse(request, "team/key.html", context, status=422 if form.errors else 200)


def _waiting_elsewhere(request: TeamRequest) -> int:
    """Return how many jobs wait in an account the team no longer sends with."""
    ours: ProviderAccount = request.team.provider_account
    return request.team.jobs.waiting().exclude(account=ours).count()
