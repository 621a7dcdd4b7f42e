"""Each request has a number, and the lines it causes carry it."""

import logging

import pytest
from django.test import Client

from dashboard.logging import name_job
from dashboard.tracing import HEADER
from tests.factories import create_cast
from videojobs.audit import origin

pytestmark = pytest.mark.django_db


def test_a_request_gets_a_number(client: Client) -> None:
    numbers = {client.get("/healthz")[HEADER] for _turn in range(2)}
    assert len(numbers) == 2


def test_a_number_given_by_a_proxy_is_kept(client: Client) -> None:
    assert client.get("/healthz", headers={HEADER: "abcdef-123456"})[HEADER] == "abcdef-123456"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank 1", "a\tb12345678"])
def test_anything_else_is_not(client: Client, given: str) -> None:
    assert client.get("/healthz", headers={HEADER: given})[HEADER] != given


def test_a_change_is_a_line_without_path_and_query(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    cast = create_cast()
    client.force_login(cast.alice)
    with caplog.at_level(logging.INFO, "dashboard.tracing"):
        client.post("/team/rename/?secret=abc", {"name": "Dockside"})
    [line] = [record.getMessage() for record in caplog.records if record.name == "dashboard.tracing"]
    assert "view=rename_team method=POST status=302" in line and f"user={cast.alice.pk}" in line
    assert "abc" not in line and "Dockside" not in line


def test_what_came_through_a_page_ends_with_it(client: Client) -> None:
    client.get("/healthz")
    assert origin.get().via == "system"


def test_a_sentence_that_names_a_job_gives_it_a_field() -> None:
    assert name_job(None, "info", {"event": "sent job=job_abc123"})["job"] == "job_abc123"
    assert "job" not in name_job(None, "info", {"event": "swept looks=3"})
