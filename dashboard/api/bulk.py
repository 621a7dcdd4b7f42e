"""One deed of a script on all jobs that match: whose they may be, what they come to, how it is done."""

from collections.abc import Callable
from datetime import datetime

from dashboard import access
from dashboard.api import making
from dashboard.api.errors import wrong_field
from dashboard.api.listing import chosen
from dashboard.api.making import project_named
from dashboard.api.schemas_control import BulkFilter, BulkOut, BulkWish
from dashboard.http import Asker
from videojobs import catalog, lifecycle
from videojobs.lifecycle import Done
from videojobs.lifecycle.bulk import summed, troubles
from videojobs.lifecycle.ordering import expect_start
from videojobs.models import Job, Priority, ProviderAccount
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right

Deed = Callable[[JobQuerySet], Done]


def do(asker: Asker, wish: BulkWish, *, now: datetime) -> BulkOut:
    """Do a deed to the jobs this asker may change, or only count them. Raises ApiError, PermissionDenied."""
    jobs = matching(asker, wish.filter)
    if wish.deed == "retry":
        access.demand(asker, Right.SUBMIT)
    deed, jobs = _deed(asker, wish, jobs, now)
    tally = summed(jobs, column="estimate" if wish.deed == "retry" else "held")
    done = Done(0, left=tally.count) if wish.dry_run else deed(jobs)
    if done.done:
        making.nudge(asker.team.provider_account)
    return BulkOut(
        deed=wish.deed,
        dry_run=wish.dry_run,
        matches=tally.count,
        usd=tally.usd,
        done=done.done,
        not_done=done.not_done,
        left=done.left,
        why=done.why or None,
    )


def matching(asker: Asker, filters: BulkFilter) -> JobQuerySet:
    """Return the jobs that pass a filter and that this asker may change. Raises PermissionDenied."""
    jobs = chosen(access.changeable_jobs(asker), filters.listed)
    if filters.ids is not None:
        jobs = jobs.filter(id__in=filters.ids)
    for name in ("failure", "failure_code", "charged"):
        value = getattr(filters, name)
        if value is not None:
            jobs = jobs.filter(**{name: value})
    return jobs


def _deed(asker: Asker, wish: BulkWish, jobs: JobQuerySet, now: datetime) -> tuple[Deed, JobQuerySet]:
    """Return what is to be done, and to which of the jobs it applies. Raises ApiError for what is missing."""
    actor, waiting = asker.user, jobs.waiting()
    match wish.deed:
        case "cancel":
            return lambda which: lifecycle.cancel_all(which, actor, now=now), waiting
        case "priority":
            priority = _priority(wish)
            return lambda which: lifecycle.prioritise_all(which, priority, actor, now=now), waiting
        case "project":
            project = project_named(asker, _needed("project", wish.project))
            return lambda which: lifecycle.move_all(which, project, actor, now=now), waiting
        case "later":
            when = _when(wish, now)
            return lambda which: lifecycle.start_all_later(which, when, actor, now=now), waiting
        case "retry":
            again = _again(asker)
            failures = troubles(jobs).filter(retries=None)
            return lambda which: lifecycle.retry_all(which, again, actor, now=now), failures
        case _:
            return lambda which: lifecycle.dismiss_all(which, actor, now=now), troubles(jobs)


def _needed(name: str, value: str | None) -> str:
    if not value:
        raise wrong_field(name, f"Send `{name}` with this deed.", "missing")
    return value


def _priority(wish: BulkWish) -> Priority:
    return Priority[_needed("priority", wish.priority).upper()]


def _when(wish: BulkWish, now: datetime) -> datetime | None:
    if "send_after" not in wish.model_fields_set:
        raise wrong_field("send_after", "Send `send_after` with this deed; null: in their turn.", "missing")
    expect_start(wish.send_after, now)
    return wish.send_after


def _again(asker: Asker) -> Callable[[Job], tuple[lifecycle.Order, ProviderAccount]]:
    """Return how a failure's wish is checked and priced as of now."""

    def again(job: Job) -> tuple[lifecycle.Order, ProviderAccount]:
        return making.once_more(job, asker, None)

    return again


def knows_model(asker: Asker, model_id: str) -> bool:
    """Tell whether the asker's team can have jobs of a model."""
    if catalog.find(model_id) is not None:
        return True
    return access.visible_jobs(asker).filter(model=model_id).exists()
