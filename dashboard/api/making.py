"""A script's wish becomes a job, and the commit is the last thing that can go wrong."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import transaction

from dashboard import access, submitting
from dashboard.api.errors import wrong_field
from dashboard.api.nudging import Nudger
from dashboard.http import Asker
from dashboard.submitting import Wish
from videojobs import lifecycle, tasks
from videojobs.lifecycle import Created, Decided, Order, Press
from videojobs.models import Job, Project, ProviderAccount
from videojobs.models.compiled import Compiled

T = TypeVar("T")
Answer = Callable[[Job], T]

logger = logging.getLogger(__name__)

_nudger = Nudger(tasks.nudge_send)
_default_projects = Compiled(lambda team: Project.objects.filter(team=team, is_default=True), int)


@dataclass(frozen=True)
class Made(Generic[T]):
    """A job as the script will read it, and whether this request made it or an earlier one did."""

    answer: T
    is_new: bool


def make(wish: Wish, answer: Answer[T], *, now: datetime) -> Made[T]:
    """Make a job of a wish, or find the one the same press made before, and describe it.

    Raises what the form's way raises: BodyRefused, KeyReused, LimitRefused.
    """
    account = wish.team.provider_account
    order = _order(wish, account)
    return _committed(account, lambda: lifecycle.create(order, account, now=now), answer)


def retry(
    job: Job,
    asker: Asker,
    press: Press | None,
    answer: Answer[T],
    *,
    now: datetime,
    version: int | None = None,
) -> Made[T]:
    """Make a new job of an ended one's wish. Raises Decided while that goes on, Stale, and as `make`."""
    if not job.is_ended:
        raise Decided(f"This job is {job.state} now. It can be tried again when it has ended.")
    order, account = once_more(job, asker, press)

    def create() -> Created:
        return lifecycle.try_again(job, order, account, asker.user, now=now, version=version)

    return _committed(account, create, answer)


def send_again(
    job: Job,
    asker: Asker,
    press: Press | None,
    answer: Answer[T],
    *,
    now: datetime,
    version: int | None = None,
) -> Made[T]:
    """Give an unconfirmed job up and make a new one of its wish. Raises Decided, Stale, and as `make`."""
    order, account = once_more(job, asker, press)

    def create() -> Created:
        return lifecycle.send_again(job, order, account, asker.user, now=now, version=version)

    return _committed(account, create, answer)


def once_more(job: Job, asker: Asker, press: Press | None) -> tuple[Order, ProviderAccount]:
    """Check and price an earlier job's wish as of now. Raises Decided, and BodyRefused."""
    account = asker.team.provider_account
    return _order(_same_wish(job, asker, press, account), account), account


def _order(wish: Wish, account: ProviderAccount) -> Order:
    return submitting.order_of(wish, submitting.quote(wish, account))


def _same_wish(job: Job, asker: Asker, press: Press | None, account: ProviderAccount) -> Wish:
    if job.account.is_rehearsal and not account.is_rehearsal:
        raise Decided("This job was a rehearsal, and this site buys now. Make a new job to pay for it.")
    return Wish(
        values=job.body,
        team=asker.team,
        project=job.project,
        person=asker.user,
        token=asker.token,
        press=press,
        retry_of=job,
        title=job.title,
    )


def _committed(account: ProviderAccount, create: Callable[[], Created], answer: Answer[T]) -> Made[T]:
    """Create a job and describe it in one transaction, then nudge the workers.

    Once the job is committed nothing is left that could turn the answer into an error, upon which a script
    would ask, and pay, again.
    """
    with transaction.atomic():
        created = create()
        made = Made(answer(created.job), created.is_new)
    if made.is_new:
        nudge(account)
    return made


def nudge(account: ProviderAccount) -> None:
    """Ask a worker to send what waits; what goes wrong here is the next tick's business."""
    try:
        _nudger.ask(account)
    except Exception:
        logger.exception("nudge_failed")


def press_of(asker: Asker, key: str, *, repeat: bool = False) -> Press:
    """Return what makes a token's repeated request harmless."""
    scope = f"token:{asker.token.pk}" if asker.token else f"person:{asker.user.pk}"
    return Press(scope=scope, key=key, repeat=repeat)


def default_project(asker: Asker) -> Project:
    """Return the project of jobs that name none. Raises ApiError where the token's own takes no more jobs."""
    if asker.token is not None and asker.token.project_id is not None:
        own = access.usable_projects(asker).first()
        if own is None:
            raise wrong_field("project", "This token's project is archived. Use another token.", "archived")
        return own
    return _default_projects(asker.team.pk)[0]


def project_named(asker: Asker, name: str) -> Project:
    """Return a project this asker may make jobs for, by its name. Raises ApiError 400 naming the others."""
    projects = access.usable_projects(asker)
    found = projects.filter(name__iexact=name.strip()).first()
    if found is None:
        names = ", ".join(projects.values_list("name", flat=True))
        message = f"You can use no project of that name. There are: {names}."
        raise wrong_field("project", message, "not_found")
    return found
