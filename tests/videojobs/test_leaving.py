"""Leaving a team: everything is handed over, or nothing happens."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from tests.factories import (
    NOW,
    Cast,
    create_cast,
    create_job,
    create_limit,
    create_token,
    create_user,
    join,
    live_account,
)
from videojobs import invitations, leaving, teams
from videojobs.invitations import InvitationWish
from videojobs.leaving import HandOver
from videojobs.lifecycle import Stale
from videojobs.models import AuditEntry, Job, LedgerEntry, Limit, LimitScope, Membership, Token, User
from videojobs.money import verifying
from videojobs.rights import Role
from videojobs.states import State

PLAIN = HandOver()


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def member(user: User, cast: Cast) -> Membership:
    """Return somebody's membership in the first team."""
    return cast.team.memberships.get(user=user)


def remove_bob(cast: Cast, wish: HandOver = PLAIN) -> leaving.Left:
    """Let Alice take Bob out."""
    return leaving.leave(member(cast.bob, cast), wish, member(cast.alice, cast), now=NOW)


class TestBelongings:
    """What is counted before."""

    def test_jobs_are_counted_by_what_may_still_happen_to_them(self, cast: Cast) -> None:
        create_job(cast.bob, cast.team)
        create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
        create_job(cast.bob, cast.team, state=State.CANCELLED)
        create_job(cast.alice, cast.team)
        found = leaving.belongings(member(cast.bob, cast), now=NOW)
        assert (found.waiting, found.running, found.ended, found.jobs) == (1, 1, 1, 3)
        assert found.held == Decimal("0.28")

    def test_tokens_limits_and_jobs_of_other_teams_are_none_of_it(self, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        create_token(cast.bob, cast.elsewhere)
        create_job(cast.bob, cast.elsewhere)
        found = leaving.belongings(member(cast.bob, cast), now=NOW)
        assert (found.jobs, found.tokens, found.limits) == (0, 0, 0)


class TestJobs:
    """Somebody looks after them from then on."""

    def test_the_heir_keeps_every_job_and_the_maker_stays_its_maker(self, cast: Cast) -> None:
        waiting, ended = (
            create_job(cast.bob, cast.team),
            create_job(cast.bob, cast.team, state=State.CANCELLED),
        )
        assert remove_bob(cast, HandOver(member(cast.alice, cast))).jobs == 2
        for job in Job.objects.filter(id__in=[waiting.id, ended.id]):
            assert (job.person, job.whose) == (cast.bob, cast.alice.pk)
        assert set(LedgerEntry.objects.values_list("person", flat=True)) == {cast.bob.pk}

    def test_an_open_page_learns_of_it_by_the_version(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team)
        remove_bob(cast, HandOver(member(cast.alice, cast)))
        assert Job.objects.get(id=job.id).version == job.version + 1
        assert "Alice took it over: Bob is out of the team." in Stale.about(job.id).sentence

    def test_what_an_heir_had_taken_over_goes_to_the_next(self, cast: Cast) -> None:
        dora = join(create_user("dora@example.org"), cast.team)
        job = create_job(cast.bob, cast.team)
        remove_bob(cast, HandOver(dora))
        leaving.leave(dora, HandOver(member(cast.alice, cast)), dora, now=NOW)
        assert Job.objects.get(id=job.id).keeper == cast.alice

    def test_waiting_jobs_stay_in_the_queue_unless_they_are_cancelled(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team)
        remove_bob(cast)
        assert Job.objects.get(id=job.id).state == State.WAITING

    def test_cancelled_ones_free_their_money_and_running_ones_go_on(self, cast: Cast) -> None:
        waiting = [create_job(cast.bob, cast.team, usd="0.30") for _ in range(2)]
        running = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
        done = remove_bob(cast, HandOver(keeps_waiting=False))
        assert (done.cancelled, done.freed) == (2, Decimal("0.60"))
        assert {Job.objects.get(id=job.id).held for job in waiting} == {Decimal(0)}
        assert Job.objects.get(id=running.id).held > 0

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLING])
    def test_an_heir_must_be_one_who_sends_jobs(self, cast: Cast, role: Role) -> None:
        dora = join(create_user("dora@example.org"), cast.team, role)
        with pytest.raises(teams.Refused, match="may send jobs"):
            remove_bob(cast, HandOver(dora))
        assert member(cast.bob, cast)

    def test_nobody_of_another_team_inherits(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="of this team"):
            remove_bob(cast, HandOver(cast.elsewhere.memberships.get()))

    def test_nobody_inherits_from_themselves(self, cast: Cast) -> None:
        with pytest.raises(teams.Refused, match="somebody else"):
            remove_bob(cast, HandOver(member(cast.bob, cast)))


class TestTokens:
    """Who left may still know their tokens."""

    def test_they_end_with_the_membership_and_those_of_other_teams_stay(self, cast: Cast) -> None:
        here, _secret = create_token(cast.bob, cast.team)
        elsewhere, _secret = create_token(cast.bob, cast.elsewhere)
        assert remove_bob(cast).tokens_revoked == 1
        assert list(Token.objects.usable()) == [elsewhere]
        assert Token.objects.get(pk=here.pk).revoked_at == NOW

    def test_an_equal_takes_them_over(self, cast: Cast) -> None:
        dora = join(create_user("dora@example.org"), cast.team)
        token, _secret = create_token(cast.bob, cast.team)
        remove_bob(cast, HandOver(dora, hands_tokens=True))
        token.refresh_from_db()
        assert (token.user, token.revoked_at) == (dora.user, None)

    def test_they_never_reach_somebody_who_may_do_more(self, cast: Cast) -> None:
        create_token(cast.bob, cast.team)
        with pytest.raises(teams.Refused, match="Revoke them instead"):
            remove_bob(cast, HandOver(member(cast.alice, cast), hands_tokens=True))

    def test_nor_somebody_who_sees_more(self, cast: Cast) -> None:
        dora = join(create_user("dora@example.org"), cast.team)
        closed = cast.team.projects.create(name="Launch", is_open=False, created_at=NOW)
        closed.members.create(membership=dora)
        assert not leaving.may_have_tokens(dora, member(cast.bob, cast), member(cast.alice, cast))

    def test_nobody_makes_another_answer_for_their_own_scripts(self, cast: Cast) -> None:
        dora, bob = join(create_user("dora@example.org"), cast.team), member(cast.bob, cast)
        with pytest.raises(teams.Refused, match="Revoke them instead"):
            leaving.leave(bob, HandOver(dora, hands_tokens=True), bob, now=NOW)


class TestWho:
    """Who may take whom out."""

    def test_one_leaves_by_oneself(self, cast: Cast) -> None:
        bob = member(cast.bob, cast)
        leaving.leave(bob, PLAIN, bob, now=NOW)
        assert AuditEntry.objects.get(action="member_left").actor == cast.bob

    def test_the_last_owner_stays(self, cast: Cast) -> None:
        alice = member(cast.alice, cast)
        with pytest.raises(teams.Refused, match="needs an owner"):
            leaving.leave(alice, PLAIN, alice, now=NOW)

    def test_one_of_two_owners_may_go(self, cast: Cast) -> None:
        alice = member(cast.alice, cast)
        teams.change_role(member(cast.bob, cast), Role.OWNER, alice, now=NOW)
        leaving.leave(alice, PLAIN, alice, now=NOW)
        assert cast.team.memberships.get().user == cast.bob

    def test_an_admin_does_not_remove_an_owner(self, cast: Cast) -> None:
        admin = join(create_user("dora@example.org"), cast.team, Role.ADMIN)
        with pytest.raises(teams.Refused, match="Only an owner"):
            leaving.leave(member(cast.alice, cast), PLAIN, admin, now=NOW)

    def test_a_member_removes_nobody(self, cast: Cast) -> None:
        dora = join(create_user("dora@example.org"), cast.team)
        with pytest.raises(teams.Refused, match="takes nobody out"):
            leaving.leave(dora, PLAIN, member(cast.bob, cast), now=NOW)

    def test_who_is_gone_already_is_named(self, cast: Cast) -> None:
        bob, alice = member(cast.bob, cast), member(cast.alice, cast)
        remove_bob(cast)
        with pytest.raises(teams.Refused, match="not in the team"):
            leaving.leave(bob, PLAIN, alice, now=NOW)


def test_limits_on_the_person_end(cast: Cast) -> None:
    limit = create_limit(cast.team, "5", scope=LimitScope.PERSON, person=cast.bob)
    assert remove_bob(cast).limits == 1
    assert Limit.objects.get(pk=limit.pk).retired_at == NOW


def test_links_into_the_team_that_they_made_end(cast: Cast) -> None:
    admin = join(create_user("dora@example.org"), cast.team, Role.ADMIN)
    made, _secret = invitations.invite(cast.team, InvitationWish(Role.ADMIN), admin, now=NOW)
    assert leaving.leave(admin, PLAIN, member(cast.alice, cast), now=NOW).invitations == 1
    made.refresh_from_db()
    assert made.revoked_at == NOW


def test_the_audit_log_says_in_numbers_what_went_where(cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    create_token(cast.bob, cast.team)
    remove_bob(cast, HandOver(member(cast.alice, cast), keeps_waiting=False))
    after = AuditEntry.objects.get(action="member_removed").after
    assert (after["heir"], after["jobs_handed"], after["jobs_cancelled"]) == ("alice@example.org", 1, 1)
    assert (after["freed"], after["tokens_revoked"]) == ("0.28 USD", 1)


def test_the_books_stand_afterwards(cast: Cast) -> None:
    create_limit(cast.team, "5", scope=LimitScope.PERSON, person=cast.bob)
    create_job(cast.bob, cast.team, account=live_account())
    remove_bob(cast, HandOver(member(cast.alice, cast), keeps_waiting=False))
    assert verifying.verify(cast.team).problem == ""


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays() -> None:
    cast = create_cast()
    Membership.objects.filter(user=cast.bob).update(role=Role.OWNER)
    owners = list(cast.team.memberships.select_related("user"))
    barrier, outcomes = threading.Barrier(2), []

    def go(owner: Membership) -> None:
        barrier.wait()
        try:
            leaving.leave(owner, PLAIN, owner, now=NOW)
            outcomes.append("left")
        except teams.Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    leavers = [threading.Thread(target=go, args=(owner,)) for owner in owners]
    for leaver in leavers:
        leaver.start()
    for leaver in leavers:
        leaver.join()
    assert sorted(outcomes) == ["left", "refused"]
    assert cast.team.memberships.get().role == Role.OWNER
