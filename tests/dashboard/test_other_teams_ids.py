"""Ids of another team, in every query and body that takes one: nothing of it is told, and nothing is done."""

from typing import Any

import pytest
from django.test import Client

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import Cast, create_asking_job, create_cast, create_job, create_project, create_token
from videojobs.models import AuditEntry, Job, Limit, Membership, Pause, PlaceLimit, ProjectMember, Token
from videojobs.states import State

pytestmark = pytest.mark.django_db

SECRET = "A whale in a teacup"

READS = (
    *(
        "/gallery/",
        "/gallery/count/",
        "/queue/",
        "/queue/lanes/",
        "/queue/bulk/bar/",
        "/create/",
        "/create/mine/",
    ),
    *(
        "/create/stage/",
        "/spend/",
        "/spend/body/",
        "/spend/chart.json",
        "/spend/jobs.csv",
        "/spend/ledger.csv",
    ),
    *("/spend/days.csv", "/spend/focus.csv", "/spend/ledger/", "/spend/statements/", "/spend/limits/add/"),
    *("/team/audit/", "/team/audit/log.csv", "/notices/", "/team/leave/", "/queue/places/", "/live/since/"),
    *("/spend/statements/statement.csv", "/projects/new/", "/tokens/", "/prices/"),
)
SCRIPTS = ("jobs", "queue", "approvals", "spend", "ledger", "audit", "limits", "models")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def theirs(cast: Cast) -> dict[str, str]:
    """Return what Charlie's team has, by the names queries and bodies have for it."""
    project = create_project(cast.elsewhere, "Teapot", client="Cup & Co")
    states = {"waiting": State.WAITING, "failed": State.FAILED, "done": State.COMPLETED}
    jobs = {
        name: create_job(cast.charlie, cast.elsewhere, state=state, prompt=SECRET, project=project).id
        for name, state in states.items()
    }
    asking = create_asking_job(cast.charlie, cast.elsewhere, prompt=SECRET, project=project)
    token, _secret = create_token(cast.charlie, cast.elsewhere)
    Token.objects.filter(pk=token.pk).update(name="charlies-script")
    return jobs | {
        "person": str(cast.charlie.pk),
        "project": str(project.pk),
        "token": str(token.pk),
        "member": str(cast.charlie.memberships.get().pk),
        "approval": str(asking.approval.pk),
        "asking": asking.id,
    }


def queries(theirs: dict[str, str]) -> list[dict[str, str]]:
    """Return queries that name all of it, under every name a page may read."""
    person = dict.fromkeys(("person", "who", "actor", "people", "heir"), theirs["person"])
    project = dict.fromkeys(("project", "projects", "subject"), theirs["project"])
    jobs = dict.fromkeys(("job", "from", "sent", "ids", "id", "jobs", "stale", "like"), theirs["done"])
    return [person | project, jobs]


def test_no_page_tells_anything_of_another_team(client: Client, cast: Cast, theirs: dict[str, str]) -> None:
    client.force_login(cast.alice)
    told = []
    for path in READS:
        for query in queries(theirs):
            answer = client.get(path, query)
            said = (answer.getvalue() if answer.streaming else answer.content).decode("utf-8-sig")
            told += [
                (path, query, word)
                for word in ("Charlie", "Teapot", SECRET, "charlies-script")
                if word in said
            ]
    assert told == []


def test_no_script_is_told_anything_of_another_team(cast: Cast, theirs: dict[str, str]) -> None:
    alice, told = Script.of(cast.alice, cast.team), []
    for name in SCRIPTS:
        for query in queries(theirs):
            answer = alice.client.get(f"/api/v1/{name}", query, headers=alice._with({}))
            told += [
                (name, query) for word in ("charlie", "Teapot", SECRET) if word in answer.content.decode()
            ]
    assert told == []


def wishes(theirs: dict[str, str], own: Job) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what a script of Alice's may ask for with ids of another team."""
    ids = [theirs["waiting"], theirs["failed"]]
    bulk: list[dict[str, Any]] = [
        {"deed": deed, "filter": {"ids": ids}} for deed in ("cancel", "retry", "dismiss")
    ]
    into: dict[str, Any] = {"deed": "project", "project": "Teapot", "filter": {"ids": [own.id]}}
    kinds = ("project", "person", "token")
    limits: list[dict[str, Any]] = [
        {"scope": {"kind": kind, "id": int(theirs[kind])}, "period": "day", "amount": "1", "action": "stop"}
        for kind in kinds
    ]
    return [
        *(("POST", "/api/v1/queue/bulk", wish) for wish in (*bulk, into)),
        *(("POST", "/api/v1/limits", wish) for wish in limits),
        ("POST", "/api/v1/jobs", {"body": WISH, "project": "Teapot"}),
        ("POST", "/api/v1/queue/pause", {"scope": "person", "person": "charlie@example.org"}),
        ("PATCH", f"/api/v1/jobs/{own.id}", {"version": 1, "project": "Teapot"}),
        ("PATCH", f"/api/v1/jobs/{own.id}", {"version": 1, "before": theirs["waiting"]}),
        ("PATCH", f"/api/v1/jobs/{theirs['waiting']}", {"version": 1, "priority": "high"}),
        ("POST", f"/api/v1/approvals/{theirs['approval']}", {"answer": "grant"}),
    ]


def rows() -> list[Any]:
    """Return everything a deed could have changed."""
    tables = (Job, Limit, Pause, PlaceLimit, ProjectMember, Membership, Token, AuditEntry)
    seen = {"last_used_at", "next_look_at"}
    return [
        [
            {name: value for name, value in row.items() if name not in seen}
            for row in table.objects.order_by("pk").values()
        ]
        for table in tables
    ]


def test_no_script_does_anything_with_ids_of_another_team(cast: Cast, theirs: dict[str, str]) -> None:
    own = create_job(cast.alice, cast.team)
    alice = Script.of(cast.alice, cast.team)
    before = rows()
    for method, path, wish in wishes(theirs, own):
        answer = alice.patch(path, wish) if method == "PATCH" else alice.post(path, wish)
        assert rows() == before, (method, path, wish, answer.content)


def forms(theirs: dict[str, str], own: Job) -> list[tuple[str, dict[str, Any]]]:
    """Return what Alice's browser may post with ids of another team."""
    jobs = {
        "ids": [theirs["waiting"], theirs["failed"]],
        "job": theirs["waiting"],
        "chosen": theirs["waiting"],
    }
    person = {"scope": "person", "person": theirs["person"]}
    deeds = [{"deed": deed, "version": "1"} for deed in ("cancel", "top", "next", "retry", "dismiss")]
    return [
        *(("/queue/bulk/", jobs | {"deed": deed, "count": "2"}) for deed in ("cancel", "retry", "top")),
        *((f"/queue/{theirs['waiting']}/", deed) for deed in deeds),
        (f"/queue/{own.id}/", {"deed": "project", "project": theirs["project"], "version": "1"}),
        (f"/queue/{own.id}/", {"deed": "before", "before": theirs["waiting"], "version": "1"}),
        ("/queue/failures/retry/", {"like": theirs["failed"], "price": "0.28", "count": "1"}),
        ("/queue/failures/dismiss/", {"like": theirs["failed"], "count": "1"}),
        ("/queue/pause/", person | {"why": "x"}),
        ("/queue/places/set/", person | {"at_once": "1"}),
        ("/create/", {"deed": "send", "press": "p", "project": theirs["project"]} | WISH),
        (
            "/create/",
            {"deed": "send", "press": "q", "retry_of": theirs["failed"], "from": theirs["failed"]} | WISH,
        ),
        ("/tokens/make/", {"name": "x", "scope": "all", "project": theirs["project"]}),
        ("/team/invite/", {"role": "viewer", "days": "7", "projects": theirs["project"]}),
        (f"/team/members/{theirs['member']}/role/", {"role": "viewer"}),
        (f"/team/members/{theirs['member']}/remove/", {"heir": theirs["person"]}),
        (f"/tokens/{theirs['token']}/revoke/", {}),
        (f"/projects/{theirs['project']}/archive/", {}),
        ("/team/choose/", {"team": theirs["project"]}),
        *(
            ("/spend/limits/add/", {"scope": kind, kind: theirs[kind], "period": "day", "amount": "1"})
            for kind in ("project", "person", "token")
        ),
        *(
            (f"/jobs/{theirs[state]}/{deed}/", {})
            for state, deed in (("waiting", "cancel"), ("failed", "retry"), ("asking", "grant"))
        ),
    ]


def test_no_form_does_anything_with_ids_of_another_team(
    client: Client, cast: Cast, theirs: dict[str, str]
) -> None:
    own = create_job(cast.alice, cast.team)
    client.force_login(cast.alice)
    before = rows()
    for path, said in forms(theirs, own):
        answer = client.post(path, said)
        assert rows() == before, (path, said, answer.status_code)
