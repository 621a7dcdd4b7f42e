"""Projects: who is in them, who reads what, and which take no more jobs."""

from dataclasses import replace

import pytest

from tests.factories import NOW, Cast, create_cast
from videojobs import projects, teams
from videojobs.models import AuditEntry, Membership, Project, Prompts
from videojobs.projects import ProjectWish

LAUNCH = ProjectWish("Launch", client="Quay & Sons", colour="teal")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def bob(cast: Cast) -> Membership:
    """Return Bob's membership."""
    return cast.team.memberships.get(user=cast.bob)


def create(cast: Cast, wish: ProjectWish = LAUNCH) -> Project:
    """Let Alice make one."""
    return projects.create(cast.team, wish, cast.alice, now=NOW)


def change(project: Project, cast: Cast, wish: ProjectWish) -> None:
    """Let Alice change one."""
    projects.change(project, wish, cast.alice, now=NOW)


def test_one_is_made_with_all_that_was_said(cast: Cast, bob: Membership) -> None:
    made = create(cast, replace(LAUNCH, is_open=False, prompts=Prompts.TITLES, members=(bob,)))
    made.refresh_from_db()
    assert (made.client, made.colour, made.is_open, made.prompts) == ("Quay & Sons", "teal", False, "titles")
    assert made.members.get().membership == bob


def test_a_name_is_there_once_whatever_its_case(cast: Cast) -> None:
    create(cast)
    with pytest.raises(teams.Refused, match="named LAUNCH already"):
        create(cast, replace(LAUNCH, name="LAUNCH"))
    assert cast.team.projects.count() == 2


def test_another_team_may_have_the_same_name(cast: Cast) -> None:
    create(cast)
    assert projects.create(cast.elsewhere, LAUNCH, cast.charlie, now=NOW).name == "Launch"


@pytest.mark.parametrize("colour", ["", "mauve", "teal; x"])
def test_only_known_colours_are_taken(cast: Cast, colour: str) -> None:
    with pytest.raises(teams.Refused, match="colours"):
        create(cast, replace(LAUNCH, colour=colour))


def test_people_of_another_team_are_refused(cast: Cast) -> None:
    stranger = cast.elsewhere.memberships.get()
    with pytest.raises(teams.Refused, match="of this team"):
        create(cast, replace(LAUNCH, members=(stranger,)))


def test_too_many_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "MOST", 1)
    with pytest.raises(teams.Refused, match="at most 1 projects"):
        create(cast)


def test_who_reads_what_is_audited_with_what_was_before(cast: Cast, bob: Membership) -> None:
    made = create(cast)
    change(made, cast, replace(LAUNCH, is_open=False, members=(bob,), prompts=Prompts.HIDDEN))
    entry = AuditEntry.objects.get(action="project_changed")
    assert entry.before == {"members": [], "open_to": "team", "prompts": "visible"}
    assert entry.after == {"members": ["bob@example.org"], "open_to": "members", "prompts": "hidden"}


def test_what_changes_nothing_is_not_audited(cast: Cast) -> None:
    change(create(cast), cast, LAUNCH)
    assert not AuditEntry.objects.filter(action="project_changed").exists()


def test_who_is_left_out_is_out(cast: Cast, bob: Membership) -> None:
    made = create(cast, replace(LAUNCH, is_open=False, members=(bob,)))
    change(made, cast, replace(LAUNCH, is_open=False))
    assert list(Project.objects.closed_to(bob)) == [made]


def test_the_default_project_stays_open_and_in_use(cast: Cast) -> None:
    with pytest.raises(teams.Refused, match="stays open"):
        change(cast.project, cast, replace(LAUNCH, is_open=False))
    with pytest.raises(teams.Refused, match="cannot be archived"):
        projects.archive(cast.project, cast.alice, now=NOW)


def test_the_default_project_may_have_another_name(cast: Cast) -> None:
    change(cast.project, cast, ProjectWish("Everything else"))
    assert cast.team.projects.get().name == "Everything else"


def test_one_is_archived_once_and_comes_back(cast: Cast) -> None:
    made = create(cast)
    assert projects.archive(made, cast.alice, now=NOW)
    assert not projects.archive(made, cast.alice, now=NOW)
    assert made not in Project.objects.current()
    assert projects.reopen(made, cast.alice, now=NOW)
    assert not projects.reopen(made, cast.alice, now=NOW)
    assert made in Project.objects.current()
