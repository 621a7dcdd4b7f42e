"""`GET /v1/billing/usage` of the simulator: what it charged, by finished day in UTC."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from videojobs.provider.simulator_answers import Wire, body
from videojobs.provider.simulator_faults import Faults
from videojobs.provider.simulator_http import Exchange, error_body
from videojobs.provider.simulator_jobs import Job, Phase, now
from videojobs.provider.simulator_state import Simulation

PRODUCT = "Serverless Inference - Video"
MOST_DAYS = 1_000
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


async def usage(exchange: Exchange, simulation: Simulation) -> None:
    """Answer what was billed in a month, as it should be or with the faults asked for."""
    faults = Faults(simulation.board)
    if not exchange.has_key:
        return await exchange.json(401, error_body("Invalid API key provided.", code="invalid_api_key"))
    status = faults.use("usage")
    if status is not None:
        sentence = error_body(f"Something went wrong ({status}).", code="server_error")
        return await exchange.json(int(status), sentence)
    today = datetime.fromtimestamp(now(), UTC).date()
    month = exchange.query.get("month", today.isoformat()[:7])
    if not MONTH.fullmatch(month):
        return await exchange.json(400, error_body("month is written YYYY-MM.", param="month"))
    kinds, content = body(_page(exchange, simulation, month, today, faults), faults.use("usage-body"))
    return await exchange.answer(200, content, kinds)


def _page(exchange: Exchange, simulation: Simulation, month: str, today: date, faults: Faults) -> Wire:
    charged = _charged(simulation, month)
    days = [day for day in sorted(charged) if day < today]
    after = exchange.query.get("after", "")
    rest = [day for day in days if day.isoformat() > after]
    limit = int(faults.use("usage-days") or exchange.query.get("limit") or MOST_DAYS)
    cost = faults.use("usage-cost")
    shown = rest[: max(1, min(limit, MOST_DAYS))]
    last = shown[-1].isoformat() if len(rest) > len(shown) else None
    return {
        "object": "list",
        "organization_id": "rehearsal",
        "billing_period": month,
        "currency": faults.use("usage-currency") or "USD",
        "data": [_window(day, charged[day], cost) for day in shown],
        "earliest_window_start": _start(days[0]) if days else None,
        "latest_window_end": _start(days[-1] + timedelta(days=1)) if days else None,
        "next_cursor": faults.use("usage-cursor") or last,
    }


def _charged(simulation: Simulation, month: str) -> dict[date, dict[str, Decimal]]:
    """Return what finished jobs cost, by day and model."""
    first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    days: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for job in _finished(simulation.book.made_since((first - timedelta(days=2)).timestamp())):
        day = datetime.fromtimestamp(job.planned_end, UTC).date()
        if day.isoformat().startswith(month):
            days[day][job.model] += Decimal(job.plan.cost or 0)
    return days


def _finished(jobs: Iterable[Job]) -> Iterable[Job]:
    return (job for job in jobs if job.end is Phase.COMPLETED and job.planned_end <= now())


def _window(day: date, models: dict[str, Decimal], cost: str | None) -> Wire:
    items = [_item(model, models[model], cost) for model in sorted(models)]
    end = day + timedelta(days=1)
    return {"date": day.isoformat(), "start_time": _start(day), "end_time": _start(end), "line_items": items}


def _item(model: str, usd: Decimal, cost: str | None) -> Wire:
    return {
        "product_name": PRODUCT,
        "attributes": {"model": model},
        "pricing_dimensions": {},
        "quantity": "1",
        "unit_price": str(usd),
        "cost": str(usd) if cost is None else cost,
    }


def _start(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
