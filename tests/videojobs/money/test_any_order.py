"""Whatever happens to money, in whichever order: every sum agrees, and no admission passes a limit."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories import Cast
from tests.videojobs.money.books import Books

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ASKING = ["submit"] * 8 + ["reprice", "answer"] + ["edit"] * 3
SENDING = ["send"] * 8 + ["claim", "claim", "post", "land", "land", "wait", "sweep", "die"]
WATCHING = ["finish"] * 7 + ["look"]
DECIDING = ["cancel", "never_arrived", "give_up", "look_again", "send_again", "resume", "resume"]
RARELY = ["restore", "release"]
BOOKING = ["book"] * 4 + ["correct"] * 3 + ["credit"] * 2 + ["pay_in"]
LIMITING = ["limit"] * 4 + ["change"] * 2 + ["retire"]
TURNING = ["turn"] * 3 + ["move"]

STEP = st.tuples(
    st.sampled_from(ASKING + SENDING + WATCHING + DECIDING + RARELY + BOOKING + LIMITING + TURNING),
    st.integers(0, 2**12),
)


@given(steps=st.lists(STEP, min_size=10, max_size=40))
@hypothesis_settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_of_deeds_leaves_every_sum_right(
    cast: Cast, tmp_path: Path, steps: list[tuple[str, int]]
) -> None:
    cast.team.refresh_from_db()  # an earlier example may have moved its clocks
    with TemporaryDirectory(dir=tmp_path) as folder, transaction.atomic():
        books = Books.open(cast, Path(folder))
        for name, number in steps:
            books.step(name, number)
            books.check()
        transaction.set_rollback(True)
