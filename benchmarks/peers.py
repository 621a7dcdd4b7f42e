"""What our looks are held against: the same reads with nothing but an HTTP client."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import httpx
import uvloop
from httpx_aiohttp import AiohttpTransport

HEADERS = {"Authorization": "Bearer key", "Accept": "application/json"}


def read_with_httpx(origin: str, ids: Sequence[str], at_once: int) -> None:
    """Read each id with httpx over the transport the poller uses, and decode each answer."""
    uvloop.run(_with_httpx(origin, ids, at_once))


async def _with_httpx(origin: str, ids: Sequence[str], at_once: int) -> None:
    limits = httpx.Limits(max_connections=at_once, keepalive_expiry=30)
    transport = AiohttpTransport(verify=False, trust_env=False, limits=limits)
    async with httpx.AsyncClient(transport=transport, headers=HEADERS, trust_env=False) as client:

        async def read(video_id: str) -> None:
            response = await client.get(f"{origin}/v2/videos/{video_id}")
            check(response.json(), video_id)

        await _each(ids, read, at_once)


def read_with_aiohttp(origin: str, ids: Sequence[str], at_once: int) -> None:
    """Read each id with bare aiohttp, and decode each answer."""
    uvloop.run(_with_aiohttp(origin, ids, at_once))


async def _with_aiohttp(origin: str, ids: Sequence[str], at_once: int) -> None:
    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def read(video_id: str) -> None:
            async with session.get(f"{origin}/v2/videos/{video_id}") as response:
                check(json.loads(await response.read()), video_id)

        await _each(ids, read, at_once)


async def _each(ids: Sequence[str], read: Callable[[str], Awaitable[None]], at_once: int) -> None:
    todo = iter(ids)

    async def work() -> None:
        for video_id in todo:
            await read(video_id)

    await asyncio.gather(*(work() for _ in range(at_once)))


def check(answer: object, video_id: str) -> None:
    """Raise ValueError where an answer is not about the job that was asked for."""
    if not isinstance(answer, dict) or answer.get("id") != video_id:
        raise ValueError(f"no answer about {video_id}: {answer!r}")
