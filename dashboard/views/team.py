"""The team: who is in it, what each role may do, its projects."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboard.access import TEAM_KEY, team_page
from dashboard.accounts import LINK_DAYS, mail_password_link, password_link
from dashboard.forms.asks import AsksForm
from dashboard.forms.invitations import InvitationForm
from dashboard.forms.people import MemberForm, RoleForm, TeamForm
from dashboard.forms.zone import ZoneForm
from dashboard.http import TeamRequest
from videojobs import invitations, teams
from videojobs.models import Invitation, Membership, User
from videojobs.rights import GROUPS, SCOPES, Right, Role, TokenScope, allows

INVITATIONS_SHOWN = 300


@dataclass(frozen=True)
class MemberRow:
    """One member as the page shows them, with what this person may change."""

    member: Membership
    is_self: bool
    may_change: bool


@team_page()
def team(request: TeamRequest) -> HttpResponse:
    """Show members, rights and projects."""
    return render_team(request)


@team_page(Right.MANAGE_TEAM, methods=["GET", "POST"])
def rename(request: TeamRequest) -> HttpResponse:
    """Give the team another name."""
    if request.method != "POST":
        return redirect("team")
    form = TeamForm(request.POST)
    if not form.is_valid():
        return render_team(request, naming=form)
    teams.rename(request.team, form.cleaned_data["name"], request.user, now=timezone.now())
    messages.success(request, "The team is renamed.")
    return redirect("team")


@team_page(methods=["POST"])
def choose(request: TeamRequest) -> HttpResponse:
    """Work in another of one's teams from now on."""
    mine = {str(member.team_id): member.team_id for member in request.user.memberships.all()}
    wanted = request.POST.get("team", "")
    if wanted not in mine:
        raise Http404("No such team.")
    request.session[TEAM_KEY] = mine[wanted]
    return redirect("home")


@never_cache
@team_page(Right.MANAGE_PEOPLE, methods=["GET", "POST"])
def add(request: TeamRequest) -> HttpResponse:
    """Add a member; a new person gets a link that sets their password."""
    if request.method != "POST":
        return redirect("team")
    form = MemberForm(request.POST, roles=roles_to_give(request.membership))
    if not form.is_valid():
        return render_team(request, adding=form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        added = teams.add_member(request.team, email, role, request.membership, now=timezone.now())
    except teams.Refused as refused:
        form.add_error(refused.field or None, refused.message)
        return render_team(request, adding=form)
    if not added.user.has_usable_password() and teams.may_reset_password(request.membership, added.user):
        return show_link(request, added.user)
    messages.success(request, f"{added.user} is in the team, and signs in as in their other teams.")
    return redirect("team")


@team_page(Right.MANAGE_PEOPLE, methods=["GET", "POST"])
def change(request: TeamRequest, member_id: int) -> HttpResponse:
    """Give a member another role."""
    member = member_or_404(request, member_id)
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        roles=roles_to_give(request.membership),
        initial={"role": member.role},
    )
    if form.is_valid() and changed(request, member, form):
        messages.success(request, f"{member.user} is {form.cleaned_data['role']} now.")
        return redirect("team")
    status = 422 if form.errors else 200
    return TemplateResponse(request, "team/change.html", {"member": member, "form": form}, status=status)


def changed(request: TeamRequest, member: Membership, form: RoleForm) -> bool:
    """Change the role, or say in the form why not."""
    try:
        teams.change_role(member, form.cleaned_data["role"], request.membership, now=timezone.now())
    except teams.Refused as refused:
        form.add_error("role", refused.message)
        return False
    return True


@never_cache
@team_page(Right.MANAGE_PEOPLE, methods=["GET", "POST"])
def link(request: TeamRequest, member_id: int) -> HttpResponse:
    """Make a link that sets a member's password, to be handed to them."""
    if request.method != "POST":
        return redirect("team")
    member = member_or_404(request, member_id)
    try:
        return show_link(request, member.user)
    except teams.Refused as refused:
        return render_team(request, problem=refused.message)


def show_link(request: TeamRequest, person: User) -> HttpResponse:
    """Show a password link once, and mail it where mail is set up. Raises teams.Refused."""
    teams.note_reset_link(person, request.membership, now=timezone.now())
    made = password_link(person)
    if settings.EMAIL_CONFIGURED:
        mail_password_link(person, made, request)
    context = {"person": person, "link": made, "days": LINK_DAYS, "mailed": settings.EMAIL_CONFIGURED}
    return TemplateResponse(request, "team/link.html", context)


def member_or_404(request: TeamRequest, member_id: int) -> Membership:
    """Return a member of this very team."""
    return get_object_or_404(request.team.memberships.select_related("user", "team"), pk=member_id)


def roles_to_give(actor: Membership) -> list[Role]:
    """Return the roles this person may give, from the widest."""
    return [role for role in Role if role != Role.OWNER or actor.role == Role.OWNER]


def render_team(
    request: TeamRequest,
    *,
    adding: MemberForm | None = None,
    inviting: InvitationForm | None = None,
    naming: TeamForm | None = None,
    asking: AsksForm | None = None,
    zoning: ZoneForm | None = None,
    problem: str = "",
) -> HttpResponse:
    """Show the page, with what is wrong where something is."""
    manages = request.asker.may(Right.MANAGE_PEOPLE)
    wrong = bool(problem or adding or inviting or naming or asking or zoning)
    context = {
        "rows": member_rows(request),
        "roles": list(Role),
        "scopes": list(TokenScope),
        "groups": rights_in_groups(),
        "may_manage": manages,
        "invitations": invitation_rows(request) if manages else [],
        "inviting": inviting or InvitationForm(team=request.team, roles=roles_to_give(request.membership)),
        "may_set_asks": request.asker.may(Right.SET_LIMITS),
        "asking": asking or AsksForm.of(request.team),
        "may_rename": request.asker.may(Right.MANAGE_TEAM),
        "adding": adding or MemberForm(roles=roles_to_give(request.membership)),
        "naming": naming or TeamForm(initial={"name": request.team.name}),
        "zoning": zoning or ZoneForm(team=request.team),
        "problem": problem,
    }
    return TemplateResponse(request, "team/team.html", context, status=422 if wrong else 200)


def rights_in_groups() -> list[tuple[str, list[tuple[str, list[bool], list[bool]]]]]:
    """Return the groups with their rights: the words, which roles and which scopes of tokens carry each."""
    return [
        (
            name,
            [
                (
                    right.value,
                    [allows(role, right) for role in Role],
                    [right in SCOPES[scope] for scope in TokenScope],
                )
                for right in rights
            ],
        )
        for name, rights in GROUPS.items()
    ]


def invitation_rows(request: TeamRequest) -> list[tuple[Invitation, str]]:
    """Return the newest invitations, each with how it stands."""
    now = timezone.now()
    return [
        (one, invitations.standing(one, now))
        for one in invitations.newest_first(request.team)[:INVITATIONS_SHOWN]
    ]


def member_rows(request: TeamRequest) -> list[MemberRow]:
    """Return the members, owners first."""
    order = {role.value: place for place, role in enumerate(Role)}
    members = request.team.memberships.select_related("user")
    manages = request.asker.may(Right.MANAGE_PEOPLE)
    is_owner = request.membership.role == Role.OWNER
    return [
        MemberRow(
            member=member,
            is_self=member.user_id == request.user.pk,
            may_change=manages and (is_owner or member.role != Role.OWNER),
        )
        for member in sorted(members, key=lambda member: (order[member.role], str(member.user).lower()))
    ]
