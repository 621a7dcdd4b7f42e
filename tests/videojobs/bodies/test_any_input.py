"""Whatever comes in, there is a body that holds or a refusal that explains."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.videojobs.bodies.wishes import CLIP, FIRST, LAST, PICTURE
from videojobs import bodies, catalog
from videojobs.bodies import BodyRefused
from videojobs.catalog import Offer
from videojobs.provider.types import CreateVideoBody

OFFERS = [None, bodies.unlisted("maker/new"), *map(Offer, catalog.all_models())]

FIELDS = sorted(CreateVideoBody.model_fields)
MEDIA_FIELDS = ["frame_images", "frame_videos", "reference_images", "source_video", "audio_inputs"]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["first", "16:9", "720P", "1080p", "5", "-5", "1e309", PICTURE, "http://x", 10**1_000])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["input_image", "frame", "video", "audio", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
MEDIA = st.dictionaries(st.sampled_from([*MEDIA_FIELDS, "x"]), VALUES, max_size=3)
WISHES = st.dictionaries(st.sampled_from([*FIELDS, "x"]) | st.text(max_size=5), VALUES | MEDIA, max_size=6)

GOOD = st.fixed_dictionaries(
    {},
    optional={
        "prompt": st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=2, max_size=50),
        "seconds": st.sampled_from([None, "", 5, "5", "6", 8, 10]),
        "fps": st.sampled_from(["", 24, "25", 30]),
        "resolution": st.sampled_from([None, "720p", "720P", "1080P"]),
        "ratio": st.sampled_from([None, "16:9", "1:1"]),
        "steps": st.integers(10, 50),
        "seed": st.integers(0, 2**31 - 1),
        "guidance_scale": st.floats(0, 100),
        "media": st.sampled_from(
            [
                {},
                {"frame_images": [FIRST]},
                {"frame_images": [FIRST, LAST]},
                {"reference_images": [PICTURE], "reference_videos": [CLIP]},
            ]
        ),
    },
)


def holds(body: CreateVideoBody) -> None:
    """What is sent reads back as the same body, with nothing unset in it."""
    sent = body.to_wire()
    assert CreateVideoBody.model_validate(sent) == body == body.modern()
    assert nothing_unset(sent)


def nothing_unset(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(nothing_unset, value.values()))
    if isinstance(value, list):
        return len(value) > 0 and all(map(nothing_unset, value))
    return value is not None and value != ""


def explains(refused: BodyRefused) -> None:
    """Every problem names a field and speaks printable words."""
    assert refused.problems
    for problem in refused.problems:
        assert problem.code
        assert problem.message.endswith((".", "?"))
        assert problem.message.isprintable()
        problem.field.encode()


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=WISHES, offer=st.sampled_from(OFFERS))
def test_arbitrary_values_make_a_body_or_an_explained_refusal(
    values: dict[str, object], offer: Offer | None
) -> None:
    try:
        body = bodies.build(values, offer)
    except BodyRefused as refused:
        explains(refused)
    else:
        holds(body)


@settings(max_examples=200, deadline=None, database=None)
@given(values=GOOD, offer=st.sampled_from([offer for offer in OFFERS if offer and offer.model.enabled]))
def test_likely_values_make_a_body_or_an_explained_refusal(values: dict[str, object], offer: Offer) -> None:
    try:
        body = bodies.build(values, offer)
    except BodyRefused as refused:
        explains(refused)
    else:
        holds(body)
