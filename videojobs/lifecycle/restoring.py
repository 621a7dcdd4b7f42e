"""After a restore nothing may be bought twice: dispatch is parked, and unended jobs wait for a person."""

from datetime import datetime

from django.db import transaction

from videojobs.lifecycle.landing import become_unconfirmed, park
from videojobs.lifecycle.steps import note
from videojobs.models import Decision, Job, Notice, ProviderAccount
from videojobs.states import State

PARKED = "Restored from a backup. Look through the waiting jobs: some may have been sent since. Then resume."


def after_restore(*, now: datetime) -> int:
    """Park every account and hold every job that had not been sent at backup time. Returns how many."""
    with transaction.atomic():
        ProviderAccount.objects.current()  # made now, so that it is parked too if the key is a new one
        for account in ProviderAccount.objects.all():
            park(account, PARKED, now=now)
        for job in Job.objects.filter(state=State.SENDING):
            become_unconfirmed(job, "It was being sent when the backup was made.", now)
        # One that asks may have been granted, and sent, since.
        held = list(Job.objects.waiting().filter(decision__in=["", Decision.APPROVAL]))
        for job in held:
            _hold(job, now)
        return len(held)


def _hold(job: Job, now: datetime) -> None:
    Job.objects.filter(id=job.id).update(decision=Decision.RESTORED)
    why = "Restored from a backup: it may have been sent since. Say whether it may be sent."
    note(job, "restored", why, now=now)
    Notice.objects.tell(job.team_id, f"restored:{job.id}", why, job=job, kind="decision", now=now)
