"""The Create page: one press makes one job with exactly the body that was asked for."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.dashboard.views.create_form import PICTURE, SEEDANCE, page, send, text
from tests.factories import DIRECTOR, PROMPT, Cast, create_job, create_limit, create_user, join
from videojobs.models import Job, LedgerEntry
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db


# --- one press, one job ---


def test_a_press_makes_a_job_and_leads_to_it_in_the_queue(alice: Client, cast: Cast) -> None:
    response = send(alice)
    job = Job.objects.get()
    assert response["Location"] == f"{reverse('queue')}?sent={job.id}"
    assert (job.person, job.state, job.held) == (cast.alice, State.WAITING, Decimal("0.28"))
    assert job.body == {"model": DIRECTOR, "prompt": PROMPT}


def test_a_second_press_makes_no_second_job(alice: Client) -> None:
    press = str(uuid.uuid4())
    first, second = send(alice, press=press), send(alice, press=press)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_a_form_sent_before_with_other_words_is_asked_about(alice: Client) -> None:
    press = str(uuid.uuid4())
    send(alice, press=press)
    response = send(alice, press=press, prompt="Something else")
    assert response.status_code == 422
    assert "sent before with other words" in text(response)
    assert press not in text(response)


def test_a_form_without_its_number_is_not_sent(alice: Client) -> None:
    assert send(alice, press="").status_code == 422
    assert not Job.objects.exists()


FIELDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (SEEDANCE, {"resolution": "720p"}, {"resolution": "720p"}),
    (SEEDANCE, {"ratio": "21:9"}, {"ratio": "21:9"}),
    (SEEDANCE, {"seconds": "7"}, {"seconds": "7"}),
    (SEEDANCE, {"steps": "30"}, {"steps": 30}),
    (SEEDANCE, {"seed": "0"}, {"seed": 0}),
    (SEEDANCE, {"guidance_scale": "7.5"}, {"guidance_scale": 7.5}),
    (SEEDANCE, {"output_format": "WEBM"}, {"output_format": "WEBM"}),
    (SEEDANCE, {"output_quality": "0"}, {"output_quality": 0}),
    (SEEDANCE, {"negative_prompt": "rain"}, {"negative_prompt": "rain"}),
    (SEEDANCE, {"sound": "false"}, {"settings": {"audio": False}}),
    ("pixverse/pixverse-v6", {"sound": "true", "seconds": "5"}, {"generate_audio": True, "seconds": "5"}),
    ("pixverse/pixverse-v5", {"size": "1280x720"}, {"width": 1280, "height": 720}),
    ("pixverse/pixverse-v5", {"fps": "16"}, {"fps": 16}),
    (
        SEEDANCE,
        {"first_frame": PICTURE, "last_frame": PICTURE},
        {
            "media": {
                "frame_images": [
                    {"input_image": PICTURE, "frame": "first"},
                    {"input_image": PICTURE, "frame": "last"},
                ]
            }
        },
    ),
    (SEEDANCE, {"reference_images": [PICTURE, PICTURE]}, {"media": {"reference_images": [PICTURE, PICTURE]}}),
    (SEEDANCE, {"reference_videos": [PICTURE]}, {"media": {"reference_videos": [{"video": PICTURE}]}}),
    (
        SEEDANCE,
        {"reference_audios": [PICTURE], "reference_images": [PICTURE]},
        {"media": {"reference_images": [PICTURE], "reference_audios": [PICTURE]}},
    ),
    ("Wan-AI/wan2.7-i2v", {"frame_videos": [PICTURE]}, {"media": {"frame_videos": [{"video": PICTURE}]}}),
    ("Wan-AI/wan2.7-t2v", {"audio_inputs": [PICTURE]}, {"media": {"audio_inputs": [PICTURE]}}),
    (
        "google/veo-3.1",
        {"source_video": PICTURE, "seconds": "8"},
        {"media": {"source_video": PICTURE}, "seconds": "8"},
    ),
]


@pytest.mark.parametrize(("model", "fields", "expected"), FIELDS, ids=[" ".join(f) for _, f, _ in FIELDS])
def test_each_field_reaches_the_body(
    alice: Client, model: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    response = send(alice, model, **fields)
    assert response.status_code == 302, re.findall(r"data-reason>(.*?)<", text(response))
    assert Job.objects.get().body == {"model": model, "prompt": PROMPT} | expected


@pytest.mark.parametrize(("model", "fields", "expected"), FIELDS, ids=[" ".join(f) for _, f, _ in FIELDS])
def test_each_field_stands_on_the_page(
    alice: Client, model: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    shown = page(alice, f"?model={model}")
    assert all(f'name="{name}"' in shown for name in fields)


# --- what bad input gets ---


@pytest.mark.parametrize(
    ("model", "fields", "anchor"),
    [
        (DIRECTOR, {"prompt": "   "}, "id_prompt"),
        (DIRECTOR, {"prompt": "x" * 3001}, "id_prompt"),
        (DIRECTOR, {"prompt": "a\x00b"}, "id_prompt"),
        (DIRECTOR, {"prompt": "a\x07b"}, "id_prompt"),
        (SEEDANCE, {"seconds": "99"}, "id_seconds"),
        (SEEDANCE, {"seed": "NaN"}, "id_seed"),
        (SEEDANCE, {"seed": "9" * 400}, "id_seed"),
        (SEEDANCE, {"guidance_scale": "1e400"}, "id_guidance_scale"),
        (SEEDANCE, {"output_format": "GIF"}, "id_output_format"),
        (SEEDANCE, {"first_frame": "http://x.example/a.png"}, "id_first_frame"),
        (SEEDANCE, {"reference_images": [PICTURE] * 10}, "id_reference_images"),
        ("pixverse/pixverse-v5", {"size": "99x99"}, "id_size"),
        ("nobody/knows", {}, "id_model"),
        ("openai/sora-2", {}, "id_model"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    alice: Client, model: str, fields: dict[str, Any], anchor: str
) -> None:
    response = send(alice, model, **fields)
    assert response.status_code == 422
    assert f'href="#{anchor}"' in text(response)
    assert f'id="{anchor}"' in text(response)
    assert not Job.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_nothing_is_lost_from_a_refused_form(alice: Client) -> None:
    shown = text(send(alice, SEEDANCE, seconds="99", seed="41", ratio="9:16", reference_images=[PICTURE]))
    assert 'value="41"' in shown
    assert f'value="{PICTURE}"' in shown
    assert PROMPT in shown
    assert re.search(r'value="9:16"[^>]*checked', shown)


def test_what_a_person_types_is_shown_as_text(alice: Client) -> None:
    assert "<script>alert" not in text(
        send(alice, seconds="9", prompt="</textarea><script>alert(1)</script>")
    )


def test_a_limit_that_refuses_is_said_once(alice: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.10")
    response = send(alice)
    assert response.status_code == 422
    assert text(response).count("fit the limit") == 1
    assert 'data-price="over"' in text(response)


# --- who may ---


@pytest.mark.parametrize("name", ["create", "create_stage", "create_mine"])
def test_strangers_are_asked_to_sign_in(client: Client, name: str) -> None:
    assert "login" in client.get(reverse(name))["Location"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLING])
def test_those_who_may_not_send_are_refused(client: Client, cast: Cast, role: Role) -> None:
    watcher = create_user("eve@example.org")
    join(watcher, cast.team, role)
    client.force_login(watcher)
    assert client.get(reverse("create")).status_code == 403
    assert send(client).status_code == 403
    assert not Job.objects.exists()


# --- what stands beside the form ---


def test_the_stage_says_why_the_latest_job_waits(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    assert "Next in line" in text(alice.get(reverse("create_stage")))


def test_the_side_shows_ones_own_jobs_alone(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt="Mine")
    create_job(cast.bob, cast.team, prompt="Somebody else’s")
    shown = text(alice.get(reverse("create_mine")))
    assert "Mine" in shown
    assert "Somebody" not in shown


def test_more_jobs_cost_no_more_queries(
    alice: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        create_job(cast.alice, cast.team)
    with django_assert_max_num_queries(60) as few:
        page(alice)
    for _ in range(10):
        create_job(cast.alice, cast.team)
    with django_assert_max_num_queries(len(few)):
        page(alice)
