"""Channels: where a team, or one person of it, is told beyond the page; tested, watched, taken away."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from dashboard.access import demand, team_page
from dashboard.forms.channels import KIND_WORDS, TEAM, ChangeForm, ChannelForm
from dashboard.http import TeamRequest
from videojobs.models import Channel, Delivery
from videojobs.models.channels import ChannelKind
from videojobs.notices import channels as domain
from videojobs.notices.channels import TooMany, WrongAddress
from videojobs.notices.events import WORDS, Event
from videojobs.rights import Right

SHOWN = 50
"""The newest deliveries of a channel; what failed long ago is of no use to anybody."""


@dataclass(frozen=True)
class ChannelLine:
    """One channel as the pages list it."""

    channel: Channel
    may_change: bool

    @property
    def kind(self) -> str:
        """How it speaks, in words."""
        return KIND_WORDS[ChannelKind(self.channel.kind)]

    @property
    def events(self) -> str:
        """What it is told of, in words."""
        if self.channel.person_id is not None:
            return "What you chose"
        said = [words for event, words in WORDS.items() if event.value in self.channel.events]
        return "; ".join(said).capitalize() if len(said) < len(Event) else "Everything"

    @property
    def latest(self) -> Delivery | None:
        """Its newest delivery, where the list was read with them."""
        found: list[Delivery] = getattr(self.channel, "latest", [])
        return found[0] if found else None


@team_page()
def channels(request: TeamRequest) -> HttpResponse:
    """List the team's channels and one's own, and offer to add one."""
    return show_channels(request, form_for(request))


@never_cache
@sensitive_post_parameters("address")
@team_page(methods=["GET", "POST"])
def add(request: TeamRequest) -> HttpResponse:
    """Add a channel. A signed one's secret is shown now and never again."""
    if request.method != "POST":
        return redirect("channels")
    if request.POST.get("whose") == TEAM:
        demand(request.asker, Right.MANAGE_CHANNELS)
    form = form_for(request, request.POST)
    if not form.is_valid():
        return show_channels(request, form)
    wish = form.wish(request.user)
    try:
        channel, secret = domain.add(request.team, wish, request.user, now=timezone.now())
    except WrongAddress as wrong:
        form.add_error("address", str(wrong))
        return show_channels(request, form)
    except TooMany as error:
        form.add_error(None, str(error))
        return show_channels(request, form)
    if secret:
        return TemplateResponse(request, "channels/made.html", {"channel": channel, "secret": secret})
    messages.success(request, f"{channel.name} is added. Send a test to see that it arrives.")
    return redirect("channel", channel.pk)


@team_page(methods=["GET", "POST"])
def channel(request: TeamRequest, channel_id: int) -> HttpResponse:
    """Show a channel with its deliveries; change its name and what it is told."""
    found = channel_for(request, channel_id)
    if request.method != "POST":
        return show_channel(request, found, ChangeForm(channel=found))
    form = ChangeForm(request.POST, channel=found)
    if not form.is_valid():
        return show_channel(request, found, form)
    said = form.cleaned_data
    events = frozenset(said.get("events", map(Event, found.events)))
    domain.change(found, name=said["name"], events=events, actor=request.user, now=timezone.now())
    messages.success(request, "Kept.")
    return redirect("channel", found.pk)


@team_page(methods=["POST"])
def turn(request: TeamRequest, channel_id: int) -> HttpResponse:
    """Turn a channel on or off."""
    found = channel_for(request, channel_id)
    is_on = request.POST.get("on") == "yes"
    domain.turn(found, actor=request.user, on=is_on, now=timezone.now())
    words = "is on" if is_on else "is off: nothing goes there until somebody turns it on"
    messages.success(request, f"{found.name} {words}.")
    return redirect("channel", found.pk)


@team_page(methods=["POST"])
def test(request: TeamRequest, channel_id: int) -> HttpResponse:
    """Send a test through a channel, and say at once what came of it."""
    found = channel_for(request, channel_id)
    delivery = domain.test(found, now=timezone.now())
    if delivery.problem:
        messages.error(request, f"The test did not arrive: {delivery.problem}")
    else:
        messages.success(request, f"The test arrived at {found.shown} in {delivery.took_ms} ms.")
    return redirect("channel", found.pk)


@team_page(methods=["POST"])
def resend(request: TeamRequest, channel_id: int, delivery_id: int) -> HttpResponse:
    """Send again what one delivery carried."""
    found = channel_for(request, channel_id)
    delivery = get_object_or_404(found.deliveries, pk=delivery_id)
    if domain.resend(delivery, actor=request.user, now=timezone.now()):
        messages.success(request, "It goes out again within a minute.")
    else:
        messages.error(request, "It cannot go out again: what it told is gone, or the channel is off.")
    return redirect("channel", found.pk)


@team_page(methods=["GET", "POST"])
def remove(request: TeamRequest, channel_id: int) -> HttpResponse:
    """Ask whether to remove a channel, then do it."""
    found = channel_for(request, channel_id)
    if request.method != "POST":
        return TemplateResponse(request, "channels/remove.html", {"channel": found})
    domain.remove(found, actor=request.user, now=timezone.now())
    messages.success(request, f"{found.name} is removed. Nothing goes there any more.")
    return redirect("channels")


def channel_for(request: TeamRequest, channel_id: int) -> Channel:
    """Return a channel this person may change: 404 for others' own and other teams', 403 for the team's."""
    found = get_object_or_404(channels_of(request), pk=channel_id)
    if found.person_id is None:
        demand(request.asker, Right.MANAGE_CHANNELS)
    return found


def channels_of(request: TeamRequest) -> QuerySet[Channel]:
    """Return the team's channels and this person's own."""
    whose = Q(person=None) | Q(person=request.user)
    return request.team.channels.filter(whose).select_related("team", "created_by").order_by("name", "id")


def form_for(request: TeamRequest, data: object = None) -> ChannelForm:
    """Return the form for a new channel, as far as this person may fill it in."""
    return ChannelForm(data, for_team=request.asker.may(Right.MANAGE_CHANNELS))


def show_channels(request: TeamRequest, form: ChannelForm) -> HttpResponse:
    """Show the list, and the form as it stands."""
    may_manage = request.asker.may(Right.MANAGE_CHANNELS)
    newest = Delivery.objects.order_by("-at", "-id")[:1]
    found = channels_of(request).prefetch_related(Prefetch("deliveries", newest, to_attr="latest"))
    lines = [ChannelLine(one, may_manage or one.person_id is not None) for one in found]
    context = {
        "form": form,
        "of_team": [line for line in lines if line.channel.person_id is None],
        "own": [line for line in lines if line.channel.person_id is not None],
        "may_manage": may_manage,
    }
    return TemplateResponse(request, "channels/channels.html", context, status=422 if form.errors else 200)


def show_channel(request: TeamRequest, found: Channel, form: ChangeForm) -> HttpResponse:
    """Show one channel, and the form as it stands."""
    context = {
        "line": ChannelLine(found, may_change=True),
        "channel": found,
        "form": form,
        "deliveries": found.deliveries.order_by("-at", "-id")[:SHOWN],
    }
    return TemplateResponse(request, "channels/channel.html", context, status=422 if form.errors else 200)
