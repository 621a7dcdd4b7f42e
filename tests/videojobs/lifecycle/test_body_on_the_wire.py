"""What is kept as a job's body is what was sent, to the last character, on either database."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOW, Cast, body, price
from tests.simulator import Simulator
from tests.videojobs.lifecycle.claims import claim
from videojobs.accounts import provider_for
from videojobs.journal import Journal
from videojobs.lifecycle import Order, create, submit
from videojobs.models import Job, ProviderAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PICTURE = "https://example.org/a.png?x=1&y=%20#z"
BODIES: list[dict[str, Any]] = [
    {"prompt": "a cat"},
    {"prompt": 'Ünïcode \u2028 \U0001f600 "quotes" back\\slash </script>\n\ttabs'},
    {"seed": 2**63 - 1, "steps": 1, "fps": 24, "output_quality": 0},
    *({"guidance_scale": scale} for scale in (8, 8.0, 7.25, 0.1, 1e-7, 0, 99.99999999999999)),
    {"seconds": "05", "ratio": "16:9", "resolution": "720P", "output_format": "WEBM"},
    {"generate_audio": False, "settings": {"audio": False}},
    {"frame_images": [{"input_image": PICTURE, "frame": "first"}, {"input_image": PICTURE, "frame": 48}]},
    {
        "media": {
            "reference_images": [PICTURE],
            "source_video": {"video": PICTURE},
            "audio_inputs": [PICTURE, {"audio": PICTURE}],
        }
    },
]


@pytest.mark.parametrize("fields", BODIES, ids=[",".join(fields) for fields in BODIES])
def test_the_kept_body_is_what_went_over_the_wire(
    cast: Cast, account: ProviderAccount, rehearsal: Simulator, tmp_path: Path, fields: dict[str, Any]
) -> None:
    wish = body(**fields)
    job = create(Order(cast.team, cast.project, cast.alice, wish, price()), account, now=NOW).job
    submit(claim(account), provider_for(account), clock=lambda: NOW, journal=Journal(tmp_path))
    (sent,) = rehearsal.creates()
    kept = Job.objects.get(id=job.id).body
    assert sent["body"] == kept == wish.to_wire()
    # 8 and 8.0 are equal in Python, and not the same text.
    assert json.dumps(sent["body"], sort_keys=True) == json.dumps(kept, sort_keys=True)
