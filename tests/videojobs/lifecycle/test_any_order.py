"""Whatever happens, in whichever order: at most one request may have arrived, and the books are right."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories import Cast
from tests.videojobs.lifecycle.rules import check_everything
from tests.videojobs.lifecycle.world import World
from videojobs.models import ProviderAccount

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SENDING = (
    ["send"] * 6 + ["land"] * 3 + ["claim", "post", "write_down", "die", "wait", "wait", "sweep", "sweep"]
)
WATCHING = ["look"] * 5 + ["store"] * 2
DECIDING = ["never_arrived", "give_up", "find", "send_again", "look_again", "settle", "resume"]
RARELY = ["cancel", "restore", "release"]

STEP = st.tuples(st.sampled_from(SENDING + WATCHING + DECIDING + RARELY), st.integers(0, 2**10))


@given(steps=st.lists(STEP, min_size=10, max_size=40))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_of_events_leaves_the_books_right_and_posts_once(
    cast: Cast, account: ProviderAccount, tmp_path: Path, steps: list[tuple[str, int]]
) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder, transaction.atomic():
        world = World.begin(cast, account, Path(folder))
        for name, number in steps:
            world.step(name, number)
            check_everything()
        transaction.set_rollback(True)
