"""`GET /v2/videos/{id}` of the simulator."""

import asyncio
import json

from videojobs.provider.simulator_answers import describe, odd_body
from videojobs.provider.simulator_faults import Faults
from videojobs.provider.simulator_http import Exchange, Headers, error_body
from videojobs.provider.simulator_jobs import Job, now
from videojobs.provider.simulator_state import Simulation

SENTENCES = {
    401: "Invalid API key provided.",
    404: "No job has this id.",
    429: "You are asking too often. Please slow down.",
}


async def look(exchange: Exchange, simulation: Simulation, job_id: str) -> None:
    """Answer a look at a job, as it should be or with the faults asked for."""
    job = simulation.book.find(job_id)
    if not exchange.has_key:
        return await exchange.json(401, error_body(SENTENCES[401], code="invalid_api_key"))
    if job is None:
        return await exchange.json(404, error_body(SENTENCES[404], code="not_found", param="id"))
    job.looks += 1
    faults = simulation.faults_of(job)
    await asyncio.sleep(faults.seconds("delay-look") or 0)
    drop = faults.use("look-drop")
    if drop not in (None, "mid"):
        return await exchange.drop()
    status = faults.use("look")
    if status is not None:
        return await _refuse(exchange, int(status), faults)
    return await _tell(exchange, simulation, job, faults, half=drop == "mid")


async def _refuse(exchange: Exchange, status: int, faults: Faults) -> None:
    headers: Headers = []
    for name, header in (("retry-after", "retry-after"), ("ratelimit-reset", "x-ratelimit-reset")):
        value = faults.use(name)
        if value is not None:
            headers.append((header, value))
    if 300 <= status < 400:
        headers.append(("location", faults.use("location") or exchange.origin + exchange.path))
    body = error_body(SENTENCES.get(status, f"Something went wrong ({status})."))
    kind, content = "application/json", json.dumps(body).encode()
    odd = faults.use("look-body")
    if odd is not None:
        kind, content = odd_body(odd, body) or (kind, content)
    await exchange.answer(status, content, [("content-type", kind), *headers])


async def _tell(exchange: Exchange, simulation: Simulation, job: Job, faults: Faults, *, half: bool) -> None:
    simulation.studio.settle(job)
    answer = describe(job, now(), faults, simulation.mint(job, exchange.origin))
    odd = faults.use("look-body")
    found = odd_body(odd, answer) if odd is not None else None
    if found is None and not half:
        return await exchange.json(200, answer)
    kind, content = found or ("application/json", json.dumps(answer).encode())
    if not half:
        return await exchange.answer(200, content, [("content-type", kind)])
    await exchange.begin(200, [("content-type", kind), ("content-length", str(len(content)))])
    await exchange.more(content[: len(content) // 2])
    return await exchange.hang_up()
