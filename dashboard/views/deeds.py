"""What this person may do with a job, in the state it is in, and what it would cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from uuid import uuid4

from django import forms
from django.utils import timezone

from dashboard import submitting
from dashboard.access import may_change
from dashboard.forms.asks import RefuseForm
from dashboard.forms.job import ArrivedForm, FoundForm
from dashboard.http import Asker
from dashboard.views.questions import Question, question_of
from videojobs.bodies import BodyRefused
from videojobs.lifecycle import Order, Press
from videojobs.models import Decision, Job, ProviderAccount
from videojobs.prices import Price, PriceSource
from videojobs.rights import Right
from videojobs.states import State


@dataclass(frozen=True)
class Deeds:
    """Which buttons a job shows to one person.

    `bound` are forms that came back with something wrong, by their name in this class.
    """

    job: Job
    asker: Asker
    bound: Mapping[str, forms.Form] = field(default_factory=dict)

    @property
    def cancel(self) -> bool:
        """Take it out of our queue before it is sent."""
        mine = may_change(self.asker, self.job, Right.CANCEL_OWN, Right.CANCEL_ANY)
        return mine and self.job.state == State.WAITING

    @property
    def resolve(self) -> bool:
        """Say what became of a job that may have arrived."""
        return self.job.state == State.UNCONFIRMED and self.asker.may(Right.RESOLVE)

    @property
    def send_restored(self) -> bool:
        """Say of a job restored from a backup that it was not sent since."""
        return self.job.decision == Decision.RESTORED and self.asker.may(Right.RESOLVE)

    @classmethod
    def about(cls, question: Question, asker: Asker) -> "Deeds":
        """Return what may be done with a job that asks, without reading its question again."""
        deeds = cls(question.job, asker)
        deeds.__dict__["question"] = question  # fills the cached property
        return deeds

    @cached_property
    def question(self) -> Question | None:
        """The question whether it may be sent; None where it asks nothing."""
        return question_of(self.job, self.asker.membership, timezone.now())

    @cached_property
    def refuse_form(self) -> forms.Form:
        """The form of a no."""
        return self.bound.get("refuse") or RefuseForm(self.job.id)

    @property
    def store(self) -> bool:
        """Try once more to keep a clip that did not fit, or give it up."""
        stuck = self.job.state == State.STORING and bool(self.job.decision)
        return stuck and self.asker.may(Right.RESOLVE)

    @property
    def look_again(self) -> bool:
        """Go back to a lost job at the provider."""
        lost = self.job.state == State.LOST and bool(self.job.provider_id)
        return lost and self.asker.may(Right.RESOLVE)

    @property
    def retry(self) -> bool:
        """Make a new job for the same wish."""
        return self.job.is_ended and may_change(self.asker, self.job, Right.CANCEL_OWN, Right.CANCEL_ANY)

    @property
    def needs_answer(self) -> bool:
        """Whether only a person moves this job on, this one or another."""
        return self.job.state == State.UNCONFIRMED or bool(self.job.decision)

    @cached_property
    def found_form(self) -> forms.Form:
        """The form of *found it*."""
        return self.bound.get("found") or FoundForm(self.job.id)

    @cached_property
    def arrived_form(self) -> forms.Form:
        """The form of *it never arrived*."""
        return self.bound.get("arrived") or ArrivedForm(self.job.id)

    @cached_property
    def again(self) -> "Again | None":
        """What the same wish would cost now; None where it would be refused or is no question."""
        if not (self.retry or self.resolve):
            return None
        try:
            return Again.quote(self.job, self.asker)
        except BodyRefused:
            return None

    @property
    def both(self) -> Decimal:
        """What *send again* may cost in all, in USD: the old amount and the new one."""
        both: Decimal = self.job.held + (self.again.price.usd if self.again else Decimal(0))
        return both


@dataclass(frozen=True)
class Again:
    """The wish of an earlier job, checked and priced as of now."""

    order: Order
    account: ProviderAccount
    request_id: str

    @classmethod
    def quote(cls, job: Job, asker: Asker, request_id: str = "") -> "Again":
        """Check and price the wish of a job anew. Raises BodyRefused where today it would be refused."""
        account = asker.team.provider_account
        request_id = request_id or uuid4().hex
        wish = submitting.Wish(
            values=job.body,
            team=job.team,
            project=job.project,
            person=asker.user,
            press=Press(scope=f"form:{asker.user.pk}", key=request_id),
            typed_price=_typed_before(job),
            may_type_price=True,
            retry_of=job,
        )
        quoted = submitting.quote(wish, account)
        return cls(submitting.order_of(wish, quoted), account, request_id)

    @property
    def price(self) -> Price:
        """What it will hold."""
        return self.order.price

    @property
    def buys(self) -> bool:
        """Whether it spends real money."""
        return not self.account.is_rehearsal


def _typed_before(job: Job) -> str:
    """Return the price a person typed for the earlier job: nobody lists one for its model."""
    return str(job.estimate) if job.estimate_source == PriceSource.TYPED else ""
