"""A job's state, model and money in the words of the page."""

from dataclasses import dataclass
from decimal import Decimal

from django import template

from videojobs import bodies, catalog
from videojobs.catalog import Offer
from videojobs.models import Job, Output
from videojobs.states import ENDED, Charged, State

register = template.Library()

WORDS = {
    State.WAITING: "Waiting",
    State.SENDING: "Sending",
    State.QUEUED: "Queued",
    State.IN_PROGRESS: "Running",
    State.STORING: "Storing",
    State.COMPLETED: "Done",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
    State.UNCONFIRMED: "Unconfirmed",
    State.LOST: "Lost",
}

SENTENCES = {
    State.WAITING: "In our queue; nothing has been sent and nothing is charged yet.",
    State.SENDING: "On its way to the provider.",
    State.QUEUED: "The provider has it and will start it.",
    State.IN_PROGRESS: "The provider is making it.",
    State.STORING: "The provider is done; we are keeping our own copy.",
    State.COMPLETED: "Made, kept and ready to play.",
    State.FAILED: "The provider refused it or could not make it.",
    State.CANCELLED: "Stopped before it was made.",
    State.UNCONFIRMED: "It may have reached the provider. A person decides what happened.",
    State.LOST: "Paid for, perhaps, and gone. It can be looked for again.",
}


@register.filter
def state_word(state: str) -> str:
    """Return the one word for a state."""
    return WORDS[State(state)]


@register.filter
def state_sentence(state: str) -> str:
    """Return the one sentence that says what a state means for the person."""
    return SENTENCES[State(state)]


@register.filter
def model_name(model_id: str) -> str:
    """Return a model's name from the catalogue, or its id where the catalogue has none."""
    model = catalog.find(model_id)
    return model.name if model else model_id


@register.filter
def size_words(size: str) -> str:
    """Return "1280×720" for "1280x720"."""
    return size.replace("x", "×")


@dataclass(frozen=True)
class ClipShape:
    """A clip's size and length as far as they are known: measured, asked for, or the model's only one."""

    size: str  # "1280×720"; "" where only the file will tell
    seconds: Decimal | int | None

    @property
    def words(self) -> str:
        """Both in one line, such as "1280×720 · 5 s"; "" where nothing is known yet."""
        length = "" if self.seconds is None else f"{self.seconds:.1f}".removesuffix(".0") + " s"
        return " · ".join(part for part in (self.size, length) if part)


@register.filter
def clip_shape(job: Job) -> ClipShape:
    """Return what is known of a job's clip; what was only assumed for its price is left out."""
    output = kept_output(job)
    if output is not None:
        return ClipShape(f"{output.width}×{output.height}", output.duration)
    assumed = _assumed(job)
    return ClipShape(
        "" if "size" in assumed else size_words(job.size),
        None if "seconds" in assumed else job.seconds,
    )


def kept_output(job: Job) -> Output | None:
    """Return the kept file; jobs on their way have none, and are not asked one by one."""
    return getattr(job, "output", None) if job.state == State.COMPLETED else None


def _assumed(job: Job) -> frozenset[str]:
    if not job.body:
        return frozenset()
    model = catalog.find(job.model)
    offer = Offer(model) if model else bodies.unlisted(job.model)
    return bodies.describe(job.wire_body, offer).assumed


@dataclass(frozen=True)
class JobMoney:
    """The one amount to show for a job, and what it is. `amount` None means unknown."""

    amount: Decimal | None
    word: str
    is_guess: bool = False


@register.filter
def job_money(job: Job) -> JobMoney:
    """Return what a job cost after credits, holds, or may have cost."""
    if job.cost:
        return JobMoney(job.net, "charged, after a credit" if job.credited else "charged")
    if job.cost is not None or (job.state in ENDED and job.charged == Charged.NO):
        return JobMoney(Decimal(0), "not charged")
    if job.state in ENDED:
        return JobMoney(None, "unknown")
    return JobMoney(job.held or job.estimate, "held", is_guess=job.estimate_source == "guess")
