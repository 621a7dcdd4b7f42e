"""What a notice says in a mail: one subject line, plain text, and where to go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from videojobs import catalog
from videojobs.models import Approval, Job, Membership, Notice, OutboxMessage
from videojobs.models.veils import Veil
from videojobs.money import grantors
from videojobs.money.asks import on_clocks
from videojobs.notices import answer_links
from videojobs.notices.events import OF_JOBS, WORDS, event_of
from videojobs.prices import plain

LONGEST_PROMPT = 400
LONGEST_DIGEST = 20
"""Letters that are written out in one."""

ABOUT = {
    "lost": "a paid job is lost",
    "answer": "your job did not get a yes",
    "price": "a price is missing",
    "drift": "a price drifts",
}
"""Kinds whose mail says in its subject more than the event they belong to."""


@dataclass(frozen=True)
class Letter:
    """A mail's subject and text."""

    subject: str
    text: str


def letter_for(message: OutboxMessage, now: datetime) -> Letter | None:
    """Write what a message says; None where it is not worth sending any more."""
    notice = message.notice
    if notice.closed_at is not None:
        return None
    if notice.kind == "approval":
        return _question(notice, message.address, now)
    return Letter(
        one_line(f"Dailies, {notice.team}: {_about(notice)}"),
        f"{sentence_of(notice)}\n\n{link_of(notice)}\n",
    )


def _about(notice: Notice) -> str:
    """Say in a few words what a notice is about, as a subject goes on."""
    event = event_of(notice.kind)
    if event in OF_JOBS:  # such as "a clip is done"
        return notice.text[:1].lower() + notice.text[1:].removesuffix(".")
    return ABOUT.get(notice.kind) or (WORDS[event].lower() if event else notice.kind)


def sentence_of(notice: Notice) -> str:
    """Return a notice's words as they leave the house, where no page around them says what they mean."""
    text = one_line(notice.text)
    return f"Sending is parked. {text}" if notice.kind == "parked" else text


def link_of(notice: Notice) -> str:
    """Return where more is to be read; it takes signing in."""
    path = f"/jobs/{notice.job_id}/" if notice.job_id else "/notices/"
    return f"{settings.PUBLIC_URL}{path}"


def digest(team: str, letters: Sequence[Letter]) -> Letter:
    """Make one letter of those that one address gets within a minute."""
    if len(letters) == 1:
        return Letter(letters[0].subject, letters[0].text + _choices())
    shown = letters[:LONGEST_DIGEST]
    left = len(letters) - len(shown)
    parts = [letter.text for letter in shown]
    more = [f"And {left:,} more: {settings.PUBLIC_URL}/notices/\n"] if left else []
    text = "\n---\n\n".join([*parts, *more])
    return Letter(one_line(f"Dailies, {team}: {len(letters):,} notices"), text + _choices())


def _choices() -> str:
    """Say where the mails are switched off: every one ends so, once."""
    return f"\nChoose what is mailed to you: {settings.PUBLIC_URL}/notices/choices/\n"


def _question(notice: Notice, address: str, now: datetime) -> Letter | None:
    """Ask one person about a job, if they may still answer and nobody has."""
    asked = Approval.objects.open().filter(job=notice.job_id, expires_at__gt=now)
    approval = asked.select_related("job__person", "job__account", "job__project", "team").first()
    members = Membership.objects.filter(team=notice.team_id, user__is_active=True, user__email=address)
    member = members.select_related("user").first()
    if approval is None or member is None or not grantors.may_answer(member, approval.job):
        return None
    job = approval.job
    subject = f"Dailies, {approval.team}: {job.person} asks for a yes to {plain(job.held)} USD"
    return Letter(one_line(subject), _text(approval, answer_links.link_for(job, member.user)))


def _text(approval: Approval, link: str) -> str:
    job = approval.job
    until = on_clocks(approval.expires_at, approval.team.zone)
    rehearsal = " This is a rehearsal: nothing is bought." if job.account.is_rehearsal else ""
    return (
        f"{one_line(str(job.person))} asks for a yes to {plain(job.held)} USD. {approval.why}{rehearsal}\n\n"
        f"{_wish(job)}\n"
        f"Price: {plain(job.held)} USD. {job.estimate_explanation}\n\n"
        f"Say yes or no:\n{link}\n\n"
        "The link needs no sign-in, and whoever has it can answer for you: do not pass it on. "
        f"It works until somebody has answered, and at most until {until}. "
        "Without an answer by then the job is cancelled, and nothing is charged.\n\n"
        f"All open questions: {settings.PUBLIC_URL}/asks/\n"
    )


def _wish(job: Job) -> str:
    model = catalog.find(job.model)
    shape = [f"{job.seconds} s"] if job.seconds else []
    what = ", ".join([model.name if model else job.model, *filter(None, [job.size]), *shape])
    prompt = one_line(Veil.of_outsiders(job.project).instead(job))
    shown = f"{prompt[: LONGEST_PROMPT - 1]}…" if len(prompt) > LONGEST_PROMPT else prompt
    return f"{what}\n“{shown}”" if shown else what


def one_line(text: str) -> str:
    """Return a text as one line without control characters, so that no name writes a header of its own."""
    words = " ".join(text.split())
    return "".join(letter for letter in words if letter.isprintable())
