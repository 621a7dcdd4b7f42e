"""Everything about one job's charge as a ZIP, for the provider's support: streamed, without any key.

It names no person: who pressed which button is no business of the provider's.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse

from dashboard.access import job_for, refusal, team_page
from dashboard.http import TeamRequest
from dashboard.templatetags.states import state_sentence, state_word
from dashboard.views.job_facts import charged_word
from dashboard.views.job_money import may_see_money
from dashboard.views.raw_text import key_behind, without_keys
from videojobs.models import Job, LedgerEntry, Look
from videojobs.prices import plain
from videojobs.rights import Right

AT_ONCE = 100
"""Looks read from the database at a time; each may carry an answer."""

TIMES = ("created_at", "claimed_at", "accepted_at", "last_look_at", "finished_at", "ended_at", "counted_at")
README = """Dispute pack of one video job

Job               {id}
Provider's id     {provider_id}
Model             {model}
Asked for         {created}
Sent              {sent}
Accepted          {accepted}
Ended             {ended}
State             {state}: {sentence}
{failure}
Charged?          {charged}. {why}
Estimated         {estimate} USD. {explanation}
Cost              {cost}
Given back        {credited} USD
{second}
Times are UTC, amounts US dollars.

What is in this file
  {request}
  job.json        ids, states and times
  price.json      estimate, where it comes from, what was charged
  ledger.json     every entry of the ledger about this job, with its place in the chain
  looks.json      every look at the provider that changed something or failed, oldest first
  {answers}
"""
REQUEST = "request.json    the body of POST /v2/videos, byte for byte as it is sent, keys taken out"
ANSWERS = "answers/        the provider's answers as they came, numbered like the looks, keys taken out"
KEPT = "(its project keeps its prompt from whoever made this file: no request, no answers)"


@team_page(Right.SEE_JOBS)
def dispute(request: TeamRequest, job_id: str) -> StreamingHttpResponse:
    """Send the pack of a job to those who see its money."""
    job = job_for(request, job_id)
    if not may_see_money(request.asker, job):
        raise PermissionDenied(refusal(request.asker, Right.SEE_SPEND))
    answer = StreamingHttpResponse(packed(files_of(job)), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="dispute-{job.id}.zip"'
    return answer


class Outgoing:
    """Where a ZIP is written that nobody keeps: what came in since the last look goes out."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take a part; there is no way back to it."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Do nothing: what is here goes out anyway."""

    def taken(self) -> bytes:
        """Return what has come in since."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def packed(files: Iterator[tuple[str, str]]) -> Iterator[bytes]:
    """Write files into a ZIP, one after the other, holding no more than one of them."""
    outgoing = Outgoing()
    with zipfile.ZipFile(outgoing, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, text in files:
            archive.writestr(name, text.encode())
            yield outgoing.taken()
    yield outgoing.taken()


def files_of(job: Job) -> Iterator[tuple[str, str]]:
    """Return name and text of each file of a job's pack, without the key it was sent with."""
    key = key_behind(job)
    for name, text in _files(job):
        yield name, without_keys(text, key)


def _files(job: Job) -> Iterator[tuple[str, str]]:
    yield "README.txt", without_keys(_readme(job))
    if not job.is_veiled:
        yield "request.json", without_keys(_request(job))
    yield "job.json", _json(_facts(job))
    yield "price.json", _json(_price(job))
    yield "ledger.json", _json([_entry(entry) for entry in job.entries.order_by("number")])
    yield "looks.json", _json([_look(job, number, look) for number, look in _numbered(job)])
    if not job.is_veiled:
        yield from _answers(job)


def _request(job: Job) -> str:
    """Return the body as the client writes it."""
    try:
        body = job.wire_body.to_wire()
    except ValueError:  # of another version, and never sent by this one
        body = job.body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _numbered(job: Job) -> Iterator[tuple[int, Look]]:
    return enumerate(job.looks.order_by("id").iterator(AT_ONCE), start=1)


def _answers(job: Job) -> Iterator[tuple[str, str]]:
    latest = ""
    for number, look in _numbered(job):
        if look.raw:
            latest = look.raw
            at = look.at.astimezone(UTC)
            yield f"answers/{number:05}-{at:%Y%m%dT%H%M%SZ}.txt", without_keys(look.raw)
    if job.last_answer and job.last_answer != latest:
        yield "answers/last.txt", without_keys(job.last_answer)


def _facts(job: Job) -> dict[str, Any]:
    times = {name: _moment(getattr(job, name)) for name in TIMES}
    origin = "the rehearsal's simulator" if job.account.is_rehearsal else job.account.base_url
    return {
        "job": job.id,
        "provider_id": job.provider_id,
        "second_provider_id": job.second_provider_id or None,
        "provider": origin,
        "model": job.model,
        "state": job.state,
        "provider_status": job.provider_status or None,
        "failure": job.failure or None,
        "failure_code": job.failure_code or None,
        "looks": job.look_count,
        **times,
    }


def _price(job: Job) -> dict[str, Any]:
    return {
        "currency": "USD",
        "estimate": plain(job.estimate),
        "source": job.estimate_source,
        "explanation": job.estimate_explanation,
        "charged": job.charged,
        "why": job.charged_why,
        "cost": _usd(job.cost),
        "credited": plain(job.credited),
        "after_credits": _usd(job.net),
        "open_hold": plain(job.held),
        "difference": None if job.cost is None else plain(job.cost - job.estimate),
    }


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": _moment(entry.at),
        "kind": entry.kind,
        "usd": plain(entry.amount),
        "by": "a person" if entry.actor_id else "the site",
        "reason": entry.reason,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _look(job: Job, number: int, look: Look) -> dict[str, Any]:
    return {
        "number": number,
        "at": _moment(look.at),
        "outcome": look.outcome,
        "status": look.status,
        "message": "" if job.is_veiled else look.message,
        "answer": bool(look.raw),
    }


def _readme(job: Job) -> str:
    second = f"\nA second answer named {job.second_provider_id}: it may be a second charge.\n"
    return README.format(
        id=job.id,
        provider_id=job.provider_id or "none was ever given",
        model=job.model,
        created=_moment(job.created_at),
        sent=_moment(job.claimed_at) or "never",
        accepted=_moment(job.accepted_at) or "no answer says so",
        ended=_moment(job.ended_at) or "not yet",
        request=KEPT if job.is_veiled else REQUEST,
        answers="" if job.is_veiled else ANSWERS,
        state=state_word(job.state),
        sentence=state_sentence(job.state),
        failure=f"Reason            {job.failure}\n" if job.failure else "",
        charged=charged_word(job),
        why=job.charged_why,
        estimate=plain(job.estimate),
        explanation=job.estimate_explanation,
        cost=f"{plain(job.cost)} USD" if job.cost is not None else "nobody knows",
        credited=plain(job.credited),
        second=second if job.second_provider_id else "",
    )


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _json(value: object) -> str:
    return without_keys(json.dumps(value, ensure_ascii=False, indent=2))
