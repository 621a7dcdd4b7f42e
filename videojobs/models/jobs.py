"""The job: one wish for a clip, from the press of a button to the kept file."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.teams import Project, Team, Token
from videojobs.models.veils import VeiledQuerySet
from videojobs.provider.types import CreateVideoBody
from videojobs.states import ACCEPTED, ACTIVE, AT_PROVIDER, ENDED, WATCHED, Charged, State

LONGEST_PUT_OFF = timedelta(minutes=65)
"""No refusal puts a job off for more than an hour; a later time means that the clock was put back."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


class Decision(models.TextChoices):
    """Why a job waits for a person although its state alone would not say so."""

    NONE = "", "nothing to decide"
    RESTORED = "restored", "restored from a backup; it may have been sent since"
    TOO_LARGE = "too_large", "the clip is larger than the cap"
    DISK_FULL = "disk_full", "the disk is full"
    APPROVAL = "approval", "somebody who may grant it must say yes"


class Priority(models.IntegerChoices):
    """How a job stands in its own person's line; it never comes before somebody else's for it."""

    LOW = -1, "low"
    NORMAL = 0, "normal"
    HIGH = 1, "high"


def rank_at(moment: datetime) -> int:
    """Return the rank of a job that gets in line at a moment: its microseconds since 1970."""
    return int((moment - _EPOCH) / timedelta(microseconds=1))


def _words(words: Iterable[StrEnum]) -> list[str]:
    """Return plain words in one order, so that a migration never depends on hash order."""
    return sorted(word.value for word in words)


def new_job_id() -> str:
    """Make an id nobody can guess: 22 letters and digits, about 127 random bits."""
    return "job_" + "".join(secrets.choice(_ALPHABET) for _ in range(22))


class JobQuerySet(VeiledQuerySet["Job"]):
    """The words for asking about jobs."""

    def in_team(self, team: Team) -> Self:
        """Jobs of one team."""
        return self.filter(team=team)

    def of_account(self, account: ProviderAccount) -> Self:
        """Jobs that belong to one provider account."""
        return self.filter(account=account)

    def live(self) -> Self:
        """Jobs that cost real money."""
        return self.exclude(account__kind="rehearsal")

    def locked(self) -> Self:
        """Lock the rows until the transaction ends.

        Rows that only refer to a job (events, money) may be written meanwhile: waiting for those would let a
        claim and a decision about the same job wait for each other.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def waiting(self) -> Self:
        """In our own queue."""
        return self.filter(state=State.WAITING)

    def active(self) -> Self:
        """Not ended: something is still to happen."""
        return self.filter(state__in=list(ACTIVE))

    def ended(self) -> Self:
        """Nothing more happens by itself."""
        return self.filter(state__in=list(ENDED))

    def watched(self) -> Self:
        """The provider works on these."""
        return self.filter(state__in=list(WATCHED))

    def at_provider(self) -> Self:
        """These take the account's places."""
        return self.filter(state__in=list(AT_PROVIDER))

    def sendable(self, now: datetime) -> Self:
        """Waiting, due, and not held for a person."""
        due = Q(not_before=None) | Q(not_before__lte=now) | Q(not_before__gt=now + LONGEST_PUT_OFF)
        wanted = Q(send_after=None) | Q(send_after__lte=now)
        return self.waiting().filter(due, wanted, decision="")

    def in_line(self) -> Self:
        """The order of one person's own line; a job marked next comes before it."""
        return self.order_by(F("next_at").asc(nulls_last=True), "-priority", "rank", "id")

    def due_for_look(self, now: datetime) -> Self:
        """Jobs whose next look at the provider has come."""
        return self.filter(next_look_at__lte=now)

    def due_for_store(self, now: datetime) -> Self:
        """Finished at the provider, and the next attempt to keep the file has come."""
        return self.filter(state=State.STORING, next_store_at__lte=now, decision="")

    def needs_decision(self) -> Self:
        """Only a person moves these on."""
        return self.active().filter(Q(state=State.UNCONFIRMED) | ~Q(decision=""))

    def newest_first(self) -> Self:
        """The order of every list, with the id to break ties."""
        return self.order_by("-created_at", "-id")


class Job(models.Model):
    """One wish for a clip. Its state is written by the lifecycle alone, its money by the ledger alone."""

    is_veiled = False  # read by somebody who may not read its prompt, which is not there then

    id = models.CharField(primary_key=True, max_length=40, default=new_job_id, editable=False)
    # No index of its own where another one begins with it: each costs every write.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="jobs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    token = models.ForeignKey(Token, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs")
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="jobs", db_index=False
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries"
    )

    keeper = models.ForeignKey(  # who looks after it since its maker left the team
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="kept_jobs"
    )

    model = models.CharField(max_length=200)
    title = models.CharField(max_length=120, blank=True)
    prompt = models.TextField(blank=True)
    body = models.JSONField()
    seconds = models.PositiveIntegerField(null=True, blank=True)  # expected, until the file is probed
    size = models.CharField(max_length=20, blank=True)  # "1280x720" as asked; the file's own is its output's

    state = models.CharField(max_length=12, default=State.WAITING.value)
    decision = models.CharField(max_length=12, choices=Decision.choices, default="", blank=True)
    version = models.PositiveIntegerField(default=1)  # one more with each step and each change by a person
    created_at = models.DateTimeField()
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    rank = models.BigIntegerField(default=0)  # its place in its person's own line; at first its birth's
    next_at = models.DateTimeField(null=True, blank=True)  # marked to be sent before everything else
    next_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    send_after = models.DateTimeField(null=True, blank=True)  # somebody wants it sent later
    dismissed_at = models.DateTimeField(null=True, blank=True)  # its failure was seen and put away
    counted_at = (
        models.DateTimeField()
    )  # whose day its money belongs to: its claim's, before that its birth's
    not_before = models.DateTimeField(null=True, blank=True)
    not_before_reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # sends that brought it back to waiting
    claim_id = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)  # when we saw the provider's end
    ended_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    failure_code = models.CharField(max_length=200, blank=True)

    provider_id = models.CharField(max_length=200, null=True, blank=True)
    provider_status = models.CharField(max_length=200, blank=True)
    second_provider_id = models.CharField(max_length=200, blank=True)  # a possible second charge
    last_answer = models.TextField(blank=True)
    last_look_at = models.DateTimeField(null=True, blank=True)
    look_count = models.PositiveIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, blank=True)
    watched_since = models.DateTimeField(null=True, blank=True)  # looks grow rarer from here
    missing_since = models.DateTimeField(null=True, blank=True)
    cost_looks = models.PositiveSmallIntegerField(default=0)

    next_store_at = models.DateTimeField(null=True, blank=True)
    store_attempts = models.PositiveIntegerField(default=0)
    store_problem = models.CharField(max_length=500, blank=True)

    estimate = MoneyField()
    estimate_source = models.CharField(max_length=20)
    estimate_explanation = models.CharField(max_length=500)
    held = MoneyField(default=Decimal(0))  # its open hold
    cost = MoneyField(null=True, blank=True)  # as charged and corrected, before credits
    credited = MoneyField(default=Decimal(0))  # given back by the provider
    charged = models.CharField(max_length=7, default=Charged.NO.value)
    charged_why = models.CharField(max_length=500, default="Not sent yet.")

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_words(State)), name="job_state_known"),
            models.CheckConstraint(condition=Q(charged__in=_words(Charged)), name="job_charged_known"),
            # A range: Django reads no table of SQLite's that has numbers in a list.
            models.CheckConstraint(condition=Q(priority__gte=-1, priority__lte=1), name="job_priority_known"),
            models.CheckConstraint(
                condition=Q(next_at=None, next_by=None) | Q(next_at__isnull=False, next_by__isnull=False),
                name="job_next_by_somebody",
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="job_held_not_negative"),
            models.CheckConstraint(condition=Q(estimate__gt=0), name="job_estimate_positive"),
            models.CheckConstraint(
                # Only a correction says that nothing was charged after all.
                condition=Q(cost=None)
                | (Q(cost__gt=0) & Q(charged="yes") & Q(held=0))
                | (Q(cost=0) & Q(charged="no") & Q(held=0)),
                name="job_cost_means_charged_and_settled",
            ),
            models.CheckConstraint(
                condition=Q(credited=0) | (Q(credited__gt=0) & Q(credited__lte=F("cost"))),
                name="job_credited_at_most_its_cost",
            ),
            models.CheckConstraint(
                condition=Q(charged="yes", cost__isnull=False) | ~Q(charged="yes"),
                name="job_charged_means_cost",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_words(ENDED), ended_at__isnull=False)
                | (~Q(state__in=_words(ENDED)) & Q(ended_at=None)),
                name="job_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "unconfirmed"])
                | (Q(claimed_at__isnull=False) & ~Q(claim_id="")),
                name="job_sending_has_claim",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_words(ACCEPTED))
                | (Q(provider_id__isnull=False) & Q(accepted_at__isnull=False)),
                name="job_accepted_has_provider_id",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", provider_id=None) | ~Q(state="waiting"),
                name="job_waiting_has_no_provider_id",
            ),
            models.UniqueConstraint(
                fields=["account", "provider_id"], name="job_provider_id_once_per_account"
            ),
        ]
        indexes = [
            # SQLite uses no partial index for a value it gets as a parameter; only "is not null" it can tell.
            # every list page and its cursor
            models.Index(fields=["team", "-created_at", "-id"], name="job_list"),
            # dispatch: places taken, the head of each line; sweep: everything by state
            models.Index(
                fields=["state", "account", "team", "person", "-priority", "rank", "id"], name="job_line"
            ),
            # dispatch: what goes before everything else
            models.Index(fields=["account", "next_at"], condition=Q(next_at__isnull=False), name="job_next"),
            # forecast: past times of a model and size
            models.Index(
                fields=["account", "model", "size", "-finished_at"],
                condition=Q(finished_at__isnull=False),
                name="job_times",
            ),
            # polling: what is due
            models.Index(
                fields=["account", "next_look_at"],
                condition=Q(next_look_at__isnull=False),
                name="job_due_look",
            ),
            # gallery: open holds
            models.Index(fields=["team", "held"], name="job_open_hold"),
            # the jobs behind a day's or a period's money; counters made anew
            models.Index(fields=["team", "counted_at"], name="job_counted"),
            # queue page: what only a person moves on; gallery
            models.Index(fields=["team", "state", "-created_at"], name="job_team_state"),
            # queue page: what just ended
            models.Index(
                fields=["team", "state", "ended_at"],
                condition=Q(ended_at__isnull=False),
                name="job_just_ended",
            ),
            # usual times: the latest settled ones
            models.Index(fields=["team", "finished_at"], condition=Q(cost__isnull=False), name="job_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"

    @property
    def wire_body(self) -> CreateVideoBody:
        """The body exactly as it is or was sent."""
        return CreateVideoBody.model_validate(self.body)

    @property
    def whose(self) -> int:
        """Who may do with it what one may do with one's own: its maker, or who took it over."""
        return self.keeper_id or self.person_id

    @property
    def is_ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in ENDED

    @property
    def is_watched(self) -> bool:
        """Whether the provider works on it."""
        return self.state in WATCHED

    def is_put_off(self, now: datetime) -> bool:
        """Whether it may only be sent later than `now`."""
        return self.not_before is not None and now < self.not_before <= now + LONGEST_PUT_OFF

    @property
    def net(self) -> Decimal | None:
        """What it cost after credits, in USD; None while nobody knows."""
        cost: Decimal | None = self.cost
        return None if cost is None else cost - self.credited

    @property
    def unknown(self) -> Decimal:
        """The part of its hold nobody can account for, in USD: open holds of ended jobs."""
        return self.held if self.is_ended else Decimal(0)
