"""What bad input gets at the gateway: Together's shape, the field's name, and nothing stored."""

import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import Cast, create_job, create_limit
from videojobs.models import Job, LedgerEntry, Submission

HUGE = "1" + "0" * 400


def refused(answer: Any, status: int) -> dict[str, Any]:
    """Check the shape of a refusal, and that nothing was stored; return the error."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert {"message", "type", "param", "code"} <= set(error)
    assert error["message"]
    assert not Job.objects.exists()
    assert not Submission.objects.exists()
    assert not LedgerEntry.objects.exists()
    return error


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": "nobody/none"}, "model"),
        ({"model": None}, "model"),
        ({"model": 5}, "model"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 3001}, "prompt"),
        ({"prompt": "a\x00b"}, "prompt"),
        ({"prompt": "\ud800"}, "prompt"),
        ({"prompt": ["a"]}, "prompt"),
        ({"width": 640, "height": 360}, "width"),
        ({"width": 1366}, "height"),
        ({"seconds": "11"}, "seconds"),
        ({"seconds": "5.5"}, "seconds"),
        ({"fps": 60}, "fps"),
        ({"steps": 10**30}, "steps"),
        ({"seed": -1}, "seed"),
        ({"guidance_scale": "much"}, "guidance_scale"),
        ({"output_format": "GIF"}, "output_format"),
        ({"colour": "red"}, "colour"),
        (
            {"media": {"frame_images": [{"input_image": "http://10.0.0.1/a.png"}]}},
            "media.frame_images.0.input_image",
        ),
    ],
)
def test_a_wrong_field_is_named(alice: Script, change: dict[str, Any], param: str) -> None:
    error = refused(alice.post("/v2/videos", WISH | change), 400)
    assert (error["param"], error["type"]) == (param, "invalid_request_error")


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", HUGE])
def test_numbers_that_are_none_are_named(alice: Script, literal: str) -> None:
    raw = json.dumps(WISH)[:-1] + f', "guidance_scale": {literal}}}'
    assert refused(alice.send("/v2/videos", raw), 400)["param"] == "guidance_scale"


@pytest.mark.parametrize(
    "raw",
    [b" ", b"{", b"[]", b'"text"', b"null", b"\xff\xfe{}", b"{'a': 1}", b"[" * 100_000, b"1" * 5000],
)
def test_a_body_that_is_no_json_object_is_refused(alice: Script, raw: bytes) -> None:
    assert refused(alice.send("/v2/videos", raw), 400)["code"] == "invalid_json"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "", "application/xml"])
def test_another_content_type_is_a_415(alice: Script, kind: str) -> None:
    refused(alice.send("/v2/videos", json.dumps(WISH), kind), 415)


def test_a_body_in_chunks_is_asked_for_in_one_piece(alice: Script) -> None:
    refused(alice.post("/v2/videos", WISH, transfer_encoding="chunked"), 411)


def test_ten_megabytes_are_too_large(alice: Script) -> None:
    error = refused(alice.post("/v2/videos", WISH | {"prompt": "x" * 10_000_000}), 413)
    assert error["code"] == "too_large"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_not_possible(alice: Script, method: str) -> None:
    answer = getattr(alice.client, method)("/v2/videos", headers={"authorization": f"Bearer {alice.secret}"})
    refused(answer, 405)
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("job_id", ["job_none", "x" * 300, "a%00b", "..%2f..", "%F0%9F%8E%AC", "a\nb"])
def test_an_unknown_id_is_a_404(alice: Script, job_id: str) -> None:
    refused(alice.get(f"/v2/videos/{job_id}"), 404)


@pytest.mark.parametrize("path", ["/v2/videos/", "/v2/images", "/v1/chat/completions", "/v2/videos/a/b"])
def test_an_unknown_address_is_a_404_in_json(cast: Cast, path: str) -> None:
    refused(Client().post(path, WISH, content_type="application/json"), 404)


def test_a_viewer_may_not_make_videos(viewer: Script) -> None:
    error = refused(viewer.create(), 403)
    assert "viewer" in error["message"]


def test_a_model_without_a_price_is_refused(alice: Script) -> None:
    error = refused(alice.post("/v2/videos", WISH | {"model": "unlisted/one"}), 400)
    assert error["param"] == "model"


def test_a_limit_that_refuses_is_a_402(alice: Script, cast: Cast) -> None:
    create_limit(cast.team, "0.27")
    error = refused(alice.create(), 402)
    assert (error["code"], "limit" in error["message"]) == ("spend_limit", True)


def test_a_database_that_is_away_is_a_503(alice: Script) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("the database is gone")

    with connection.execute_wrapper(away):
        answer = alice.create()
    assert refused(answer, 503)["code"] == "unavailable"


def test_an_unforeseen_error_is_json_without_a_traceback(alice: Script, cast: Cast) -> None:
    cast.team.projects.all().delete()
    error = refused(alice.create(), 500)
    assert "Project" not in error["message"]


def test_markup_from_the_script_comes_back_as_text(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, prompt="<script>alert(1)</script>")
    answer = alice.get(f"/v2/videos/{job.id}")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
