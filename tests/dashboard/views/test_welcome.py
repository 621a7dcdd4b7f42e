"""The front door and the first visit."""

import threading
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from pytest_django import Settings

from dashboard import first_visit
from tests.factories import create_cast, create_user, join
from videojobs.models import AuditEntry, Membership, User
from videojobs.rights import Role

PERSON = {"email": "Alice@Example.org", "name": "Alice", "password": "tall ships 44", "team": "Harbour"}


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db
class TestHome:
    """The address without a path."""

    def test_it_says_where_to_look_until_there_is_an_owner(self, client: Client) -> None:
        answer = client.get("/")
        assert (answer.status_code, b"first visit" in answer.content) == (200, True)
        assert first_visit.token().encode() not in answer.content

    def test_strangers_sign_in(self, client: Client) -> None:
        create_cast()
        assert client.get("/").headers["Location"] == "/accounts/login/?next=/"

    def test_people_come_to_their_work(self, client: Client) -> None:
        client.force_login(create_cast().bob)
        assert client.get("/").headers["Location"] == "/create/"

    def test_those_who_send_nothing_come_to_the_gallery(self, client: Client) -> None:
        person = create_user("vera@example.org")
        join(person, create_cast().team, Role.VIEWER)
        client.force_login(person)
        assert client.get("/").headers["Location"] == "/gallery/"

    def test_who_is_in_no_team_is_told_so(self, client: Client) -> None:
        create_cast()
        client.force_login(create_user("dora@example.org"))
        assert client.get("/").status_code == 403


@pytest.mark.django_db
class TestWelcome:
    """The page behind the token."""

    def test_the_token_opens_the_form(self, client: Client) -> None:
        answer = client.get(f"/welcome/?token={first_visit.token()}")
        assert (answer.status_code, answer["Cache-Control"].count("no-store")) == (200, 1)
        assert b'name="password"' in answer.content

    @pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%00%ff"])
    def test_anything_else_says_where_to_look(self, client: Client, query: str) -> None:
        answer = client.get(f"/welcome/{query}")
        assert (answer.status_code, b"first visit" in answer.content) == (403, True)

    def test_it_makes_the_owner_and_signs_in(self, client: Client) -> None:
        answer = client.post("/welcome/", PERSON | {"token": first_visit.token()})
        owner = Membership.objects.get()
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert (owner.role, owner.user.email, owner.team.name) == (Role.OWNER, "alice@example.org", "Harbour")
        assert client.session["_auth_user_id"] == str(owner.user.pk)
        assert UserSession.objects.get(user=owner.user).session_key == client.session.session_key
        assert AuditEntry.objects.get().action == "team_created"

    def test_the_session_is_a_new_one(self, client: Client) -> None:
        client.get("/")
        before = client.session
        before["kept"] = True
        before.save()
        client.post("/welcome/", PERSON | {"token": first_visit.token()})
        assert client.session.session_key != before.session_key

    def test_the_token_works_once(self, client: Client) -> None:
        token = first_visit.token()
        client.post("/welcome/", PERSON | {"token": token})
        late = Client().post("/welcome/", PERSON | {"token": token, "email": "bob@example.org"})
        assert (late.headers["Location"], User.objects.count()) == ("/", 1)

    def test_a_wrong_token_makes_nobody(self, client: Client) -> None:
        assert client.post("/welcome/", PERSON | {"token": "wrong"}).status_code == 403
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("email", ""), ("email", "alice"), ("email", f"{'a' * 250}@example.org")),
            *(("name", ""), ("name", "Al\x00ice"), ("name", "x" * 121)),
            *(
                ("password", ""),
                ("password", "short"),
                ("password", "password"),
                ("password", "Alice@Example.org"),
            ),
            *(("team", " "), ("team", "Har\tbour")),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, client: Client, field: str, value: str) -> None:
        answer = client.post("/welcome/", PERSON | {"token": first_visit.token(), field: value})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert not User.objects.exists()

    def test_the_password_is_never_sent_back(self, client: Client) -> None:
        answer = client.post("/welcome/", PERSON | {"token": first_visit.token(), "team": ""})
        assert PERSON["password"].encode() not in answer.content


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_visitors_with_the_token_one_becomes_the_owner() -> None:
    token, barrier = first_visit.token(), threading.Barrier(2)
    answers: list[int] = []

    def visit(number: int) -> None:
        barrier.wait()
        person = PERSON | {"token": token, "email": f"visitor{number}@example.org"}
        answers.append(Client().post("/welcome/", person).status_code)
        connection.close()

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert User.objects.count() == 1
    assert 302 in answers
