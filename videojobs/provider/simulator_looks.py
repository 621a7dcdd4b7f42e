"""`GET /v2/videos/{id}` of the simulator."""

import asyncio

from videojobs.provider.simulator_answers import body, describe, refusal_headers
from videojobs.provider.simulator_creates import fingerprint
from videojobs.provider.simulator_faults import Faults
from videojobs.provider.simulator_http import Exchange, error_body
from videojobs.provider.simulator_jobs import Job, now
from videojobs.provider.simulator_state import Simulation

SENTENCES = {
    401: "Invalid API key provided.",
    404: "No job has this id.",
    429: "You are asking too often. Please slow down.",
}


async def look(exchange: Exchange, simulation: Simulation, job_id: str) -> None:
    """Answer a look at a job, as it should be or with the faults asked for."""
    simulation.looks[job_id] += 1
    simulation.lookers[job_id].add(fingerprint(exchange.headers.get("authorization", "")))
    job = simulation.book.find(job_id)
    if not exchange.has_key:
        return await exchange.json(401, error_body(SENTENCES[401], code="invalid_api_key"))
    if job is None:
        return await exchange.json(404, error_body(SENTENCES[404], code="not_found", param="id"))
    job.looks += 1
    faults = simulation.faults_of(job)
    await asyncio.sleep(faults.seconds("delay-look") or 0)
    drop = faults.use("look-drop")
    if drop == "garbage":
        return await exchange.garble()
    if drop not in (None, "mid"):
        return await exchange.drop()
    status = faults.use("look")
    if status is not None:
        return await _refuse(exchange, int(status), faults)
    return await _tell(exchange, simulation, job, faults, half=drop == "mid")


async def _refuse(exchange: Exchange, status: int, faults: Faults) -> None:
    answer = error_body(SENTENCES.get(status, f"Something went wrong ({status})."))
    kinds, content = body(answer, faults.use("look-body"))
    await exchange.answer(status, content, [*kinds, *refusal_headers(exchange, faults, status)])


async def _tell(exchange: Exchange, simulation: Simulation, job: Job, faults: Faults, *, half: bool) -> None:
    simulation.studio.settle(job)
    answer = describe(job, job.phase(now()), faults, simulation.mint(job, exchange.origin))
    kinds, content = body(answer, faults.use("look-body"))
    if half:
        return await exchange.answer_half(200, content, kinds)
    return await exchange.answer(200, content, kinds)
