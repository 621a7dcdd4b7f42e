"""Invitations: once, until a day, by whoever may, with what was set beforehand."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from tests.factories import NOW, Cast, create_cast, create_user, join
from videojobs import invitations, teams
from videojobs.invitations import InvitationWish, Newcomer, NotOpen
from videojobs.models import AuditEntry, Invitation, Limit, LimitPeriod, LimitScope, Membership, User
from videojobs.models.teams import digest_of
from videojobs.rights import Role

PASSWORD = "tall ships 44"
MEMBER = InvitationWish(Role.MEMBER)
DORA = InvitationWish(Role.MEMBER, email="dora@example.org")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def member(user: User, cast: Cast) -> Membership:
    """Return somebody's membership in the first team."""
    return cast.team.memberships.get(user=user)


def invite(cast: Cast, wish: InvitationWish = MEMBER, *, by: User | None = None) -> str:
    """Let Alice invite somebody, and return the digest of the link's secret."""
    _made, secret = invitations.invite(cast.team, wish, member(by or cast.alice, cast), now=NOW)
    return digest_of(secret)


def dora(email: str = "dora@example.org") -> Newcomer:
    """Return somebody who has no account yet."""
    return Newcomer(email, "Dora", PASSWORD)


class TestMaking:
    """Who may ask in whom."""

    def test_the_secret_is_not_kept(self, cast: Cast) -> None:
        made, secret = invitations.invite(cast.team, MEMBER, member(cast.alice, cast), now=NOW)
        assert (made.digest, len(secret) > 40) == (digest_of(secret), True)
        assert secret not in str([*Invitation.objects.values(), *AuditEntry.objects.values()])

    def test_it_is_good_for_a_week_unless_said_otherwise(self, cast: Cast) -> None:
        digest = invite(cast)
        assert Invitation.objects.get(digest=digest).expires_at == NOW + timedelta(days=7)

    @pytest.mark.parametrize("days", [0, 31, -1])
    def test_for_a_month_at_most(self, cast: Cast, days: int) -> None:
        with pytest.raises(teams.Refused, match="1 to 30 days"):
            invite(cast, replace(MEMBER, days=days))

    def test_an_admin_asks_in_no_owner(self, cast: Cast) -> None:
        admin = join(create_user("eve@example.org"), cast.team, Role.ADMIN)
        with pytest.raises(teams.Refused, match="Only an owner"):
            invite(cast, InvitationWish(Role.OWNER), by=admin.user)

    def test_a_member_asks_in_nobody(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused):
            invite(cast, by=cast.bob)

    def test_projects_of_another_team_are_refused(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="of this team"):
            invite(cast, replace(MEMBER, projects=(cast.elsewhere.projects.get(),)))

    def test_who_is_in_the_team_is_not_asked_in(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="in this team already"):
            invite(cast, replace(MEMBER, email="bob@example.org"))

    def test_ten_thousand_are_refused_and_leave_one_entry(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(invitations, "MOST_OPEN", 2)
        for _ in range(2):
            invite(cast)
        for _ in range(20):
            with pytest.raises(teams.Refused, match="Revoke some"):
                invite(cast)
        assert Invitation.objects.count() == 2
        assert AuditEntry.objects.filter(action="invitations_refused").count() == 1

    def test_two_hundred_may_be_open(self, cast: Cast) -> None:
        rows = [
            Invitation(
                team=cast.team,
                role=Role.VIEWER,
                digest=f"{number:064}",
                created_by=cast.alice,
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
            for number in range(200)
        ]
        Invitation.objects.bulk_create(rows)
        with pytest.raises(teams.Refused, match="200 invitations are open"):
            invite(cast)


class TestJoining:
    """Taking one up."""

    def test_who_has_an_account_joins_with_the_role(self, cast: Cast) -> None:
        made = invitations.accept(invite(cast, InvitationWish(Role.BILLING)), cast.charlie, now=NOW)
        assert (made.team, made.role) == (cast.team, Role.BILLING)
        assert AuditEntry.objects.get(action="invitation_accepted").actor == cast.charlie

    def test_who_has_none_gets_one(self, cast: Cast) -> None:
        made = invitations.accept_as_new(invite(cast), dora(), now=NOW)
        assert (made.user.name, made.user.check_password(PASSWORD)) == ("Dora", True)

    @pytest.mark.parametrize(("wish", "is_vouched"), [(DORA, True), (MEMBER, False)])
    def test_only_an_address_that_was_asked_in_is_vouched_for(
        self, cast: Cast, wish: InvitationWish, *, is_vouched: bool
    ) -> None:
        made = invitations.accept_as_new(invite(cast, wish), dora(), now=NOW)
        assert EmailAddress.objects.get(user=made.user).verified is is_vouched

    def test_it_works_once(self, cast: Cast) -> None:
        digest = invite(cast)
        invitations.accept(digest, cast.charlie, now=NOW)
        with pytest.raises(NotOpen):
            invitations.accept_as_new(digest, dora(), now=NOW)
        assert not User.objects.filter(email="dora@example.org").exists()

    def test_it_puts_them_in_their_projects_under_their_limit(self, cast: Cast) -> None:
        launch = cast.team.projects.create(name="Launch", is_open=False, created_at=NOW)
        wish = replace(MEMBER, projects=(launch,), limit=Decimal(20), period=LimitPeriod.MONTH)
        made = invitations.accept(invite(cast, wish), cast.charlie, now=NOW)
        assert made.projects.get().project == launch
        limit = Limit.objects.get()
        assert (limit.scope, limit.person, limit.amount) == (LimitScope.PERSON, cast.charlie, 20)
        assert (limit.period, limit.action, limit.created_by) == ("month", "stop", cast.alice)

    def test_one_for_an_address_is_taken_by_it_alone_and_stays_open(self, cast: Cast) -> None:
        digest = invite(cast, DORA)
        with pytest.raises(teams.Refused, match="for dora@example"):
            invitations.accept(digest, cast.charlie, now=NOW)
        with pytest.raises(teams.Refused, match="for dora@example"):
            invitations.accept_as_new(digest, dora("eve@example.org"), now=NOW)
        assert invitations.accept_as_new(digest, dora("Dora@Example.org"), now=NOW)

    def test_who_is_in_the_team_keeps_their_role_and_it_stays_open(self, cast: Cast) -> None:
        digest = invite(cast, InvitationWish(Role.ADMIN))
        with pytest.raises(teams.Refused, match="already"):
            invitations.accept(digest, cast.bob, now=NOW)
        assert member(cast.bob, cast).role == Role.MEMBER
        assert invitations.find(digest, now=NOW)

    def test_nobody_becomes_somebody_else_by_typing_their_address(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="sign in"):
            invitations.accept_as_new(invite(cast), dora("Charlie@example.org"), now=NOW)
        assert cast.team.memberships.count() == 2

    @pytest.mark.parametrize("end", ["expired", "revoked", "unknown"])
    def test_what_is_over_is_not_there(self, cast: Cast, end: str) -> None:
        digest, now = invite(cast), NOW
        if end == "expired":
            now += timedelta(days=7)
        elif end == "revoked":
            assert invitations.revoke(Invitation.objects.get(), cast.alice, now=NOW)
        else:
            digest = digest_of("guessed")
        with pytest.raises(NotOpen):
            invitations.accept(digest, cast.charlie, now=now)

    def test_it_ends_with_the_right_of_who_made_it(self, cast: Cast) -> None:
        admin = join(create_user("eve@example.org"), cast.team, Role.ADMIN)
        digest = invite(cast, by=admin.user)
        teams.change_role(admin, Role.MEMBER, member(cast.alice, cast), now=NOW)
        with pytest.raises(NotOpen):
            invitations.accept(digest, cast.charlie, now=NOW)


def test_one_is_revoked_once(cast: Cast) -> None:
    invite(cast)
    made = Invitation.objects.get()
    assert invitations.revoke(made, cast.alice, now=NOW)
    assert not invitations.revoke(made, cast.alice, now=NOW)
    assert AuditEntry.objects.filter(action="invitation_revoked").count() == 1


def test_each_says_how_it_stands(cast: Cast) -> None:
    for wish in (MEMBER, DORA, replace(MEMBER, days=1), MEMBER):
        invite(cast, wish)
    used, revoked, expired, _open = Invitation.objects.order_by("id")
    invitations.accept(used.digest, cast.charlie, now=NOW)
    invitations.revoke(revoked, cast.alice, now=NOW)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=NOW)
    words = [invitations.standing(one, NOW) for one in invitations.newest_first(cast.team)]
    assert words == ["open", "expired", "revoked", "used"]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_at_once_one_joins() -> None:
    cast = create_cast()
    digest = invite(cast)
    takers = [create_user(f"taker{number}@example.org") for number in range(2)]
    barrier, outcomes = threading.Barrier(2), []

    def take(person: User) -> None:
        barrier.wait()
        try:
            invitations.accept(digest, person, now=NOW)
            outcomes.append("in")
        except NotOpen:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "late"]
    assert cast.team.memberships.count() == 3
