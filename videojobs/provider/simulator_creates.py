"""`POST /v2/videos` of the simulator: reading the wish, taking it or not, answering or not."""

import asyncio
import hashlib
import json
import random
from typing import Any

from videojobs.provider.simulator_answers import body as wire_body
from videojobs.provider.simulator_answers import describe, refusal_headers
from videojobs.provider.simulator_faults import KINDS, Directive, Faults, Scope, UnknownFault, parse
from videojobs.provider.simulator_http import Exchange, Headers, TooLong, error_body
from videojobs.provider.simulator_jobs import Job, Phase, believable_times, new_id, now
from videojobs.provider.simulator_rules import BodyRefusal, Failure, failure, find_model, plan, read_body
from videojobs.provider.simulator_state import Simulation

LONGEST_BODY = 20 * 1024 * 1024
"""Bytes; the provider's own limit is unpublished."""

NOTED_BODY = 100_000
"""Characters of a body kept in the log."""

FAILS_AFTER = 6.0
"""Seconds until a job fails for what its model does not take, as once seen at the provider."""

SENTENCES = {
    401: ("Invalid API key provided. Find yours in your account's settings.", "invalid_api_key"),
    402: ("You have no credit left. Add some in your account's billing settings.", "insufficient_credit"),
    403: ("You are not allowed to use this model.", "forbidden"),
    404: ("Unable to access this model.", "model_not_available"),
    413: ("The request is too large.", "request_too_large"),
    415: ("The request must be application/json.", "unsupported_media_type"),
    429: ("You have reached the rate limit of this model. Please slow down.", "dynamic_request_limited"),
    503: ("The service is overloaded. Please try again later.", "overloaded"),
    529: ("The service is overloaded. Please try again later.", "overloaded"),
}


async def create(exchange: Exchange, simulation: Simulation) -> None:
    """Answer a create, as it should be or with the faults asked for."""
    noted = Noted(exchange, simulation)
    dropped = simulation.board.strike("create-drop", only="unread")
    if dropped:
        noted.became("dropped unread")
        return await exchange.drop()
    try:
        body, faults = await _read(exchange, simulation, noted)
    except BodyRefusal as refusal:
        noted.became(f"refused {refusal.status}")
        return await exchange.json(refusal.status, refusal.body)
    return await _answer(exchange, simulation, noted, body, faults)


async def _read(exchange: Exchange, simulation: Simulation, noted: "Noted") -> tuple[dict[str, Any], Faults]:
    try:
        raw = await exchange.read(LONGEST_BODY)
    except TooLong as error:
        raise BodyRefusal(413, SENTENCES[413][0], code="request_too_large") from error
    noted.body(raw)
    if not exchange.has_key:
        message, code = SENTENCES[401]
        raise BodyRefusal(401, message, code=code)
    if exchange.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BodyRefusal(415, SENTENCES[415][0], code="unsupported_media_type")
    body = read_body(raw)
    try:
        directives = parse(body.get("prompt"))
    except UnknownFault as error:
        raise BodyRefusal(400, str(error), code="unknown_fault", param="prompt") from error
    return body, simulation.board.for_create(body.get("prompt"), directives)


async def _answer(
    exchange: Exchange, simulation: Simulation, noted: "Noted", body: dict[str, Any], faults: Faults
) -> None:
    await asyncio.sleep(faults.seconds("delay-accept") or 0)
    drop = faults.use("create-drop")
    if drop in ("before", "unread"):
        noted.became("dropped before accepting")
        return await exchange.drop()
    status = int(faults.use("create") or 200)
    headers = refusal_headers(exchange, faults, status) if status >= 300 else []
    job: Job | None = None
    if status < 300 or faults.use("accept-anyway") is not None:
        try:
            job = _accept(simulation, body, faults)
        except BodyRefusal as refusal:
            noted.became(f"refused {refusal.status}")
            return await exchange.json(refusal.status, refusal.body)
    noted.became("accepted" if job else f"refused {status}", job)
    await asyncio.sleep(faults.seconds("delay-create") or 0)
    if drop == "after":
        return await exchange.drop()
    if drop == "garbage":
        return await exchange.garble()
    answer = _said(exchange, simulation, job, status, faults)
    return await _send(exchange, status, headers, answer, faults, half=drop == "mid")


async def _send(
    exchange: Exchange, status: int, headers: Headers, answer: dict[str, Any], faults: Faults, *, half: bool
) -> None:
    kinds, content = wire_body(answer, faults.use("create-body"))
    if half:
        return await exchange.answer_half(status, content, [*kinds, *headers])
    return await exchange.answer(status, content, [*kinds, *headers])


def _said(
    exchange: Exchange, simulation: Simulation, job: Job | None, status: int, faults: Faults
) -> dict[str, Any]:
    if job is None or status >= 300:
        message, code = SENTENCES.get(status, (f"Something went wrong ({status}).", "server_error"))
        return error_body(message, code=code)
    word = faults.use("create-says") or "queued"
    phase = Phase(word) if word in set(Phase) else Phase.QUEUED
    answer = describe(job, phase, simulation.forms_of(job), simulation.mint(job, exchange.origin))
    if faults.use("previous-id") is not None:
        answer["id"] = simulation.previous_id
    if "status" in answer:
        answer["status"] = word
    return answer


def _accept(simulation: Simulation, body: dict[str, Any], faults: Faults) -> Job:
    """Make the job. Raises BodyRefusal."""
    model = find_model(body, unlisted=faults.use("unlisted-model") is not None)
    moment = now()
    job_id = new_id(moment)
    wanted = plan(body, model)
    queued_for, runs_for = believable_times(wanted, job_id)
    seed = body.get("seed")
    job = Job(
        id=job_id,
        model=body["model"],
        prompt=body.get("prompt") or "",
        seed=random.randrange(2**31) if seed is None else seed,  # noqa: S311 - not a secret
        plan=wanted,
        created=moment,
        queued_for=simulation.pace(queued_for),
        runs_for=simulation.pace(runs_for),
        directives=_kept(parse(body.get("prompt")), faults),
    )
    _decide_end(job, failure(body, model), simulation)
    if job.end is Phase.COMPLETED:
        job.clip = simulation.studio.clip_for(job, tiny=_given(job, "tiny-clip") is not None)
        simulation.studio.settle(job)
    simulation.previous_id, simulation.latest_id = simulation.latest_id, job.id
    simulation.book.add(job)
    return job


def _kept(directives: tuple[Directive, ...], faults: Faults) -> tuple[Directive, ...]:
    """Return the faults that go with the job: all of its prompt's, and those the endpoint adds."""
    added = [
        Directive(name, value)
        for name, kind in KINDS.items()
        if kind.scope is Scope.JOB and (value := faults.use(name)) is not None
    ]
    names = {directive.name for directive in added}
    return (*(each for each in directives if each.name not in names), *added)


def _given(job: Job, name: str) -> str | None:
    return next((each.value for each in job.directives if each.name == name), None)


def _decide_end(job: Job, complaint: Failure | None, simulation: Simulation) -> None:
    """Settle how and when the job will end."""
    take, fail, cancel = (_given(job, name) for name in ("take", "fail-after", "cancel-after"))
    told = _given(job, "fail-message"), _given(job, "fail-code")
    if take is not None:
        job.queued_for, job.runs_for = 0.0, float(take or 0)
    if complaint is not None:
        job.end, job.failure = Phase.FAILED, complaint
        job.runs_for = max(0.0, simulation.pace(FAILS_AFTER) - job.queued_for)
    if fail is not None or any(told):
        job.end = Phase.FAILED
        job.failure = _told(job.failure, *told)
        job.queued_for, job.runs_for = 0.0, float(fail or 3)
    if cancel is not None:
        job.end = Phase.CANCELLED
        job.queued_for, job.runs_for = 0.0, float(cancel or 3)
    if _given(job, "never-finish") is not None:
        job.runs_for = 1e9
    if _given(job, "never-start") is not None:
        job.queued_for = 1e9


def _told(complaint: Failure | None, message: str | None, code: str | None) -> Failure | None:
    if message is None and code is None:
        return complaint
    return Failure(code or "contentModeration", message or "The provider could not make this video.")


class Noted:
    """The log's line about one create."""

    def __init__(self, exchange: Exchange, simulation: Simulation) -> None:
        headers = dict(exchange.headers)
        if "authorization" in headers:
            headers["authorization"] = fingerprint(headers["authorization"])
        self._book = simulation.book
        self._entry: dict[str, Any] = {"at": now(), "headers": headers, "body": None}
        self._entry |= {"outcome": "arriving", "id": None}
        self._number = self._book.note_create(self._entry)

    def body(self, raw: bytes) -> None:
        """Note what was sent, decoded where it can be."""
        text = raw[: 4 * NOTED_BODY].decode(errors="replace")[:NOTED_BODY]
        try:
            self._entry["body"] = json.loads(text)
        except (ValueError, RecursionError):
            self._entry["body"] = text

    def became(self, outcome: str, job: Job | None = None) -> None:
        """Note what came of it."""
        self._entry |= {"outcome": outcome, "id": job.id if job else None}
        self._book.amend_create(self._number, self._entry)


def fingerprint(authorization: str) -> str:
    """Return a stand-in for a key, so that no key is ever written down."""
    scheme, _, key = authorization.partition(" ")
    return f"{scheme} sha256:{hashlib.sha256(key.strip().encode()).hexdigest()[:16]}"
