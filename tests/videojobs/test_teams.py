"""Teams, their people and their tokens."""

import threading

import pytest
from django.db import connection

from tests.factories import NOW, Cast, create_cast, create_user, join
from videojobs import teams
from videojobs.models import AuditEntry, Membership, User
from videojobs.people import create_person
from videojobs.rights import Role

PASSWORD = "tall ships 44"


def wish(email: str = "alice@example.org", team: str = "Harbour", password: str = PASSWORD) -> teams.NewOwner:
    """Say who is to own what."""
    return teams.NewOwner(email, password, team=team, name="Alice")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def member(user: User, cast: Cast) -> Membership:
    """Return somebody's membership in the first team."""
    return cast.team.memberships.get(user=user)


@pytest.mark.django_db
class TestFirstOwner:
    """The first visit."""

    def test_it_makes_the_owner_the_team_and_its_default_project(self) -> None:
        made = teams.create_first_owner(wish(), now=NOW)
        assert (made.role, made.user.email, made.user.name) == (Role.OWNER, "alice@example.org", "Alice")
        assert made.user.check_password(PASSWORD)
        assert made.team.projects.get().is_default

    def test_there_is_one_first_owner(self) -> None:
        teams.create_first_owner(wish(), now=NOW)
        with pytest.raises(teams.Refused, match="Sign in"):
            teams.create_first_owner(wish("bob@example.org"), now=NOW)

    def test_an_address_that_is_taken_is_refused_beside_its_field(self) -> None:
        create_user("Alice@example.org")
        with pytest.raises(teams.Refused) as refused:
            teams.create_first_owner(wish(), now=NOW)
        assert refused.value.field == "email"


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_first_visitors_at_once_one_becomes_the_owner() -> None:
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def visit(number: int) -> None:
        barrier.wait()
        try:
            teams.create_first_owner(wish(f"visitor{number}@example.org", f"Team {number}"), now=NOW)
            outcomes.append("owner")
        except teams.Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sorted(outcomes) == ["owner", "refused", "refused", "refused"]
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)


@pytest.mark.django_db
class TestOwners:
    """Teams made from the command line."""

    def test_a_person_may_own_two_teams(self) -> None:
        first = teams.create_owner(wish(), now=NOW)
        second = teams.create_owner(wish("ALICE@example.org", "Studio", password=""), now=NOW)
        assert first.user == second.user
        assert second.user.check_password(PASSWORD)

    def test_the_same_team_twice_is_refused(self) -> None:
        teams.create_owner(wish(), now=NOW)
        with pytest.raises(teams.Refused, match="owns a team named harbour already"):
            teams.create_owner(wish(team="harbour"), now=NOW)

    def test_a_new_person_needs_a_password(self) -> None:
        with pytest.raises(teams.Refused) as refused:
            teams.create_owner(wish(password=""), now=NOW)
        assert (refused.value.field, User.objects.count()) == ("password", 0)

    def test_slugs_differ_where_names_do_not(self) -> None:
        made = [teams.create_owner(wish(f"{name}@example.org"), now=NOW).team.slug for name in "abc"]
        assert made == ["harbour", "harbour-2", "harbour-3"]

    @pytest.mark.parametrize(("name", "slug"), [("東京", "team"), ("x" * 120, "x" * 50), ("-!-", "team")])
    def test_every_name_has_a_slug(self, name: str, slug: str) -> None:
        assert teams.create_owner(wish(team=name), now=NOW).team.slug == slug


class TestMembers:
    """Who is in a team."""

    def test_somebody_new_has_no_password_yet(self, cast: Cast) -> None:
        added = teams.add_member(
            cast.team, "dora@example.org", Role.VIEWER, member(cast.alice, cast), now=NOW
        )
        assert (added.role, added.user.has_usable_password()) == (Role.VIEWER, False)

    def test_somebody_known_keeps_their_account(self, cast: Cast) -> None:
        added = teams.add_member(
            cast.team, "Charlie@example.org", Role.MEMBER, member(cast.alice, cast), now=NOW
        )
        assert added.user == cast.charlie

    def test_an_address_nobody_checked_lets_nobody_in(self, cast: Cast) -> None:
        squatter = create_person("dora@example.org", "a boat at dusk", is_vouched=False)
        with pytest.raises(teams.Refused, match="Invite dora"):
            teams.add_member(cast.team, "Dora@example.org", Role.ADMIN, member(cast.alice, cast), now=NOW)
        assert not squatter.memberships.exists()

    def test_nobody_is_in_a_team_twice(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="in this team already"):
            teams.add_member(cast.team, cast.bob.email, Role.VIEWER, member(cast.alice, cast), now=NOW)

    def test_only_an_owner_makes_owners(self, cast: Cast) -> None:
        admin = join(create_user("dora@example.org"), cast.team, Role.ADMIN)
        with pytest.raises(teams.Refused, match="Only an owner"):
            teams.add_member(cast.team, "eve@example.org", Role.OWNER, admin, now=NOW)
        with pytest.raises(teams.Refused, match="Only an owner"):
            teams.change_role(member(cast.bob, cast), Role.OWNER, admin, now=NOW)

    def test_an_admin_does_not_change_an_owner(self, cast: Cast) -> None:
        admin = join(create_user("dora@example.org"), cast.team, Role.ADMIN)
        with pytest.raises(teams.Refused, match="Only an owner"):
            teams.change_role(member(cast.alice, cast), Role.MEMBER, admin, now=NOW)

    def test_the_last_owner_stays(self, cast: Cast) -> None:
        alice = member(cast.alice, cast)
        with pytest.raises(teams.Refused, match="needs an owner"):
            teams.change_role(alice, Role.ADMIN, alice, now=NOW)

    def test_a_new_role_is_kept_in_the_audit_log(self, cast: Cast) -> None:
        teams.change_role(member(cast.bob, cast), Role.ADMIN, member(cast.alice, cast), now=NOW)
        entry = AuditEntry.objects.get(action="role_changed")
        assert (entry.actor, entry.subject) == (cast.alice, "bob@example.org")
        assert (entry.before, entry.after) == ({"role": "member"}, {"role": "admin"})


class TestPasswordLinks:
    """Who may make a link that sets somebody's password: who has it can be that person."""

    def test_an_owner_may_for_members_and_for_owners(self, cast: Cast) -> None:
        alice = member(cast.alice, cast)
        assert teams.may_reset_password(alice, cast.bob)
        assert teams.may_reset_password(alice, cast.alice)

    def test_a_member_may_not(self, cast: Cast) -> None:
        assert not teams.may_reset_password(member(cast.bob, cast), cast.alice)

    def test_an_admin_may_not_for_an_owner(self, cast: Cast) -> None:
        admin = join(create_user("dora@example.org"), cast.team, Role.ADMIN)
        assert teams.may_reset_password(admin, cast.bob)
        assert not teams.may_reset_password(admin, cast.alice)

    def test_nobody_may_for_somebody_who_is_in_another_team_too(self, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        alice = member(cast.alice, cast)
        assert not teams.may_reset_password(alice, cast.bob)
        with pytest.raises(teams.Refused):
            teams.note_reset_link(cast.bob, alice, now=NOW)


def test_a_team_is_renamed_and_keeps_its_slug(cast: Cast) -> None:
    teams.rename(cast.team, "Dockside", cast.alice, now=NOW)
    cast.team.refresh_from_db()
    assert (cast.team.name, cast.team.slug) == ("Dockside", "harbour")
