"""Every field of the wire arrives in the stored body, through the gateway and through REST."""

from typing import Any

import pytest

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import PROMPT
from videojobs.models import Job
from videojobs.provider.types import CreateVideoBody

A, B = "https://pictures.example.org/a.png", "https://pictures.example.org/b.png"
CLIP, SOUND = "https://pictures.example.org/c.mp4", "https://pictures.example.org/s.mp3"
FIRST, LAST = {"input_image": A, "frame": "first"}, {"input_image": B, "frame": "last"}
PIXVERSE = {"model": "pixverse/pixverse-v5", "prompt": PROMPT}
WAN = {"model": "Wan-AI/wan2.7-t2v", "prompt": PROMPT}
SEEDANCE = {"model": "ByteDance/Seedance-2.0", "prompt": PROMPT}
HAILUO = {"model": "minimax/hailuo-02", "prompt": PROMPT}

WISHES: dict[str, dict[str, Any]] = {
    "model and prompt": WISH,
    "shape": PIXVERSE | {"width": 1280, "height": 720, "seconds": "5", "fps": 16},
    "craft": PIXVERSE | {"steps": 30, "seed": 7, "guidance_scale": 7.5},
    "file": PIXVERSE | {"output_format": "WEBM", "output_quality": 15},
    "words": WAN | {"negative_prompt": "rain", "resolution": "720P", "ratio": "9:16"},
    "sound by option": {
        "model": "pixverse/pixverse-v6",
        "prompt": PROMPT,
        "seconds": "5",
        "generate_audio": False,
    },
    "sound by setting": SEEDANCE | {"settings": {"audio": False}},
    "frames": PIXVERSE | {"media": {"frame_images": [FIRST, LAST]}},
    "references": SEEDANCE
    | {
        "media": {
            "reference_images": [A, B],
            "reference_videos": [{"video": CLIP}],
            "reference_audios": [SOUND],
        }
    },
    "clip to continue": WAN
    | {"model": "Wan-AI/wan2.7-i2v", "media": {"frame_videos": [{"video": CLIP}], "audio_inputs": [SOUND]}},
}
DEPRECATED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "frame_images": (
        PIXVERSE | {"frame_images": [FIRST, LAST]},
        PIXVERSE | {"media": {"frame_images": [FIRST, LAST]}},
    ),
    "reference_images": (
        HAILUO | {"reference_images": [A]},
        HAILUO | {"media": {"reference_images": [A]}},
    ),
}


def stored(script: Script, path: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Send a wish through one door; return the body its job has."""
    answer = script.post(path, wish if path == "/v2/videos" else {"body": wish})
    assert answer.status_code in (200, 201), answer.content
    body: dict[str, Any] = Job.objects.get(id=answer.json()["id"]).body
    return body


BOTH = pytest.mark.parametrize("path", ["/v2/videos", "/api/v1/jobs"])


@BOTH
@pytest.mark.parametrize("name", WISHES)
def test_a_field_arrives_as_it_was_sent(alice: Script, path: str, name: str) -> None:
    assert stored(alice, path, WISHES[name]) == WISHES[name]


@BOTH
@pytest.mark.parametrize("name", DEPRECATED)
def test_a_deprecated_field_is_moved_under_media(alice: Script, path: str, name: str) -> None:
    sent, expected = DEPRECATED[name]
    assert stored(alice, path, sent) == expected


@BOTH
def test_seconds_may_come_as_a_number_and_leave_as_text(alice: Script, path: str) -> None:
    assert stored(alice, path, WISH | {"seconds": 5}) == WISH | {"seconds": "5"}


@BOTH
def test_fields_set_to_nothing_are_not_sent(alice: Script, path: str) -> None:
    assert stored(alice, path, WISH | {"seed": None, "negative_prompt": "", "media": {}}) == WISH


def test_these_wishes_hold_every_field_there_is() -> None:
    sent = [*WISHES.values(), *(old for old, _new in DEPRECATED.values())]
    assert {field for wish in sent for field in wish} == set(CreateVideoBody.model_fields)
