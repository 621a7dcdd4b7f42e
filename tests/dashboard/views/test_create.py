"""The Create page: one press makes one job with exactly the body that was asked for."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import (
    DIRECTOR,
    PROMPT,
    Cast,
    body,
    create_cast,
    create_job,
    create_user,
    join,
    live_account,
)
from videojobs import catalog
from videojobs.models import GoneModel, Job, LedgerEntry, PriceOnFile, ProviderAccount, Team
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db
SEEDANCE = "ByteDance/Seedance-2.0"
PICTURE = "https://pictures.example.org/a.png"


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def send(client: Client, model: str = DIRECTOR, **fields: Any) -> Any:
    """Press the button of a form filled in like this."""
    form = {"model": model, "prompt": PROMPT, "press": str(uuid.uuid4()), "deed": "send"} | fields
    return client.post(reverse("create"), form)


def page(client: Client, query: str = "") -> str:
    return text(client.get(reverse("create") + query))


def text(response: Any) -> str:
    content: bytes = response.content
    return content.decode()


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


def test_a_limit_that_refuses_is_said(alice: Client, cast: Cast, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    Team.objects.filter(id=cast.team.id).update(spend_limit=Decimal("0.10"))
    response = send(alice)
    assert response.status_code == 422
    assert "does not fit the limit" in text(response)
    assert 'data-price="over"' in text(response)


# --- prices ---


def test_the_button_says_the_deed_and_its_price(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    assert "Send 1 job · $0.28" in page(alice, f"?model={DIRECTOR}")


def test_in_rehearsal_the_button_says_that_nothing_is_bought(alice: Client) -> None:
    assert "Rehearse 1 job · nothing is bought" in page(alice)


def test_an_unlisted_model_needs_a_typed_price(alice: Client) -> None:
    response = send(alice, "unlisted", unlisted_model="nobody/knows")
    assert response.status_code == 422
    assert 'href="#id_price"' in text(response)
    assert not Job.objects.exists()


def test_an_unlisted_model_is_sent_at_the_typed_price(alice: Client) -> None:
    send(alice, "unlisted", unlisted_model="nobody/knows", price="0.50")
    job = Job.objects.get()
    assert (job.model, job.held, job.estimate_source) == ("nobody/knows", Decimal("0.50"), "typed")


def test_a_typed_price_never_undercuts_the_list(alice: Client) -> None:
    send(alice, price="0.01")
    assert Job.objects.get().held == Decimal("0.28")


@pytest.mark.parametrize("typed", ["0", "-1", "NaN", "1e3", "free", "99999"])
def test_a_price_that_is_none_is_refused_beside_its_field(alice: Client, typed: str) -> None:
    response = send(alice, "unlisted", unlisted_model="nobody/knows", price=typed)
    assert response.status_code == 422
    assert 'href="#id_price"' in text(response)


def test_a_quote_stores_nothing(alice: Client) -> None:
    response = alice.post(reverse("create_quote"), {"model": SEEDANCE, "prompt": PROMPT, "seconds": "10"})
    assert response.status_code == 200
    assert 'id="price"' in text(response)
    assert not Job.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_quote_prices_a_form_that_is_not_complete(alice: Client) -> None:
    fields = {"model": SEEDANCE, "prompt": "", "resolution": "1080p", "seconds": "10"}
    shown = text(alice.post(reverse("create_quote"), fields))
    assert "$4.00" in shown
    assert 'data-ready="no"' in shown
    assert "Write a prompt" in shown


def test_a_quote_asks_for_a_price_where_nobody_names_one(alice: Client) -> None:
    fields = {"model": "unlisted", "unlisted_model": "nobody/knows", "prompt": PROMPT}
    shown = text(alice.post(reverse("create_quote"), fields))
    assert 'data-price="unknown"' in shown
    assert 'name="price"' in shown


def test_a_price_per_second_asks_for_the_length(alice: Client) -> None:
    shown = text(alice.post(reverse("create_quote"), {"model": "pixverse/pixverse-v5.6", "prompt": PROMPT}))
    assert "choose a length" in shown


def test_a_price_on_file_counts(alice: Client, cast: Cast) -> None:
    PriceOnFile.objects.create(
        team=cast.team,
        model=DIRECTOR,
        usd=Decimal("0.31"),
        unit="clip",
        set_by=cast.alice,
        set_at="2026-11-01T00:00Z",
    )
    assert "On file: 0.31 USD per clip" in page(alice, f"?model={DIRECTOR}")


def test_a_price_that_rose_since_the_button_named_it_is_asked_about(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    response = send(alice, SEEDANCE, resolution="1080p", seconds="10", shown="0.80")
    assert response.status_code == 422
    assert "The price is $4.00 now. Press again to take it." in text(response)
    assert re.search(r'name="shown" value="4.0+"', text(response))
    assert not Job.objects.exists()


def test_a_price_that_fell_is_taken(alice: Client, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    assert send(alice, shown="0.80").status_code == 302


# --- the model ---


def test_changing_the_model_keeps_what_fits_and_names_the_rest(alice: Client) -> None:
    fields = {
        "model": "Wan-AI/wan2.7-t2v",
        "shaped_for": SEEDANCE,
        "prompt": PROMPT,
        "resolution": "720p",
        "ratio": "21:9",
    }
    shown = text(alice.post(reverse("create_shape"), fields))
    assert re.search(r'value="720P"[^>]*checked', shown)
    assert "shape 21:9" in shown


def test_without_scripts_a_button_changes_the_model(alice: Client) -> None:
    response = send(alice, SEEDANCE, deed="reshape", shaped_for=DIRECTOR)
    assert response.status_code == 200
    assert f'name="shaped_for" value="{SEEDANCE}"' in text(response)
    assert PROMPT in text(response)
    assert not Job.objects.exists()


def test_fields_of_another_model_are_looked_over_before_they_are_sent(alice: Client) -> None:
    response = send(alice, SEEDANCE, shaped_for=DIRECTOR)
    assert response.status_code == 200
    assert not Job.objects.exists()


def test_reset_clears_what_stands_under_more(alice: Client) -> None:
    shown = text(send(alice, SEEDANCE, deed="reset", seed="41", resolution="720p"))
    assert 'value="41"' not in shown
    assert re.search(r'value="720p"[^>]*checked', shown)


def test_the_picker_shows_the_whole_catalogue(alice: Client) -> None:
    shown = page(alice)
    assert shown.count('name="model"') == len(catalog.all_models()) + 1
    assert re.search(r'value="openai/sora-2"[^>]* disabled', shown)


def test_a_gone_model_is_marked(alice: Client) -> None:
    account = ProviderAccount.objects.current()
    GoneModel.objects.create(account=account, model=DIRECTOR, since="2026-11-03T00:00Z")
    assert "gone since 3 Nov" in page(alice)


def test_it_opens_with_the_model_used_last(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    Job.objects.filter(id=job.id).update(model=SEEDANCE)
    assert f'name="shaped_for" value="{SEEDANCE}"' in page(alice)


# --- filled in from a job ---


def seeded(cast: Cast, **columns: Any) -> Job:
    """A job of Bob's with a seed and a length."""
    wire = body(model=SEEDANCE, seconds="9", seed=41).to_wire()
    return create_job(cast.bob, cast.team, body=wire, model=SEEDANCE, **columns)


def test_a_remix_fills_in_the_whole_wish(alice: Client, cast: Cast) -> None:
    shown = page(alice, f"?from={seeded(cast).id}")
    assert 'value="41"' in shown
    assert re.search(r'value="9"[^>]*checked', shown)
    assert PROMPT in shown


def test_a_remix_of_the_prompt_leaves_the_rest(alice: Client, cast: Cast) -> None:
    shown = page(alice, f"?from={seeded(cast).id}&use=prompt")
    assert 'value="41"' not in shown
    assert PROMPT in shown


def test_a_remix_sends_the_same_body_again(alice: Client, cast: Cast) -> None:
    job = seeded(cast)
    shown = page(alice, f"?from={job.id}")
    fields = dict(re.findall(r'name="(seed|press)" value="(.*?)"', shown))
    send(alice, SEEDANCE, seconds="9", **fields)
    assert Job.objects.newest_first()[0].body == job.body


def test_another_teams_job_is_not_found(client: Client, cast: Cast) -> None:
    client.force_login(cast.charlie)
    assert client.get(f"{reverse('create')}?from={seeded(cast).id}").status_code == 404


@pytest.mark.parametrize("name", ["from", "retry"])
def test_an_id_no_job_can_have_is_not_found(alice: Client, name: str) -> None:
    assert alice.get(f"{reverse('create')}?{name}=a%00b").status_code == 404


def test_a_new_try_is_linked_to_the_failed_job(alice: Client, cast: Cast) -> None:
    failed = seeded(cast, state=State.FAILED)
    assert f'name="retry_of" value="{failed.id}"' in page(alice, f"?retry={failed.id}")
    send(alice, SEEDANCE, retry_of=failed.id)
    assert Job.objects.exclude(id=failed.id).get().retry_of == failed


def test_a_job_that_has_not_ended_is_not_retried(alice: Client, cast: Cast) -> None:
    assert alice.get(f"{reverse('create')}?retry={seeded(cast).id}").status_code == 403


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


def test_a_live_price_says_what_the_limit_leaves(alice: Client, cast: Cast, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    Team.objects.filter(id=cast.team.id).update(spend_limit=Decimal(10))
    create_job(cast.bob, cast.team, account=live_account(), usd="4.00")
    assert "left $6.00 → $5.72" in page(alice, f"?model={DIRECTOR}")
