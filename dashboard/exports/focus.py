"""A month's charges in the columns of FOCUS 1.2, the FinOps Open Cost and Usage Specification.

One file is one billing period: the settlements, corrections and credits that were booked in a month of the
team's zone. What is booked later stands in a later file, so a file that was taken in once never changes; the
charge period says which day of which job a row is about. Top-ups are payments, not charges, and unknown
charges have no cost to state: neither is in the file.
"""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from dashboard.exports.names import Names
from dashboard.exports.tables import Choice, Fields, Said, Table, Values, micros
from videojobs import catalog
from videojobs.cells import Exact, usd
from videojobs.models import EntryKind, Kind, LedgerEntry
from videojobs.money import periods

PROVIDER = "Together AI"
REHEARSAL = "Rehearsal, nothing was paid"
SERVICE = "Video generation"
CATEGORY, SUBCATEGORY = "AI and Machine Learning", "Generative AI"
UNIT = "Video"
CHARGES = (EntryKind.SETTLE.value, EntryKind.CORRECTION.value, EntryKind.CREDIT.value)

FIELDS: Fields = (
    *("number", "at", "kind", micros("amount"), "job_id", "person_id", "project_id", "token_id", "model"),
    *("account_id", "reason", "hash", "job__counted_at", "job__seconds", "job__size", "settled_at"),
)
COLUMNS = (
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency"),
    *("ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice"),
    *("PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ResourceId", "ResourceType"),
    *("ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceId"),
    *("SubAccountId", "SubAccountName", "Tags", "x_EntryHash", "x_EntryKind", "x_EntryNumber"),
)


def month(choice: Choice) -> Table:
    """Return the charges booked in the month that `choice.first` begins."""
    settled = LedgerEntry.objects.filter(job=OuterRef("job"), kind=EntryKind.SETTLE.value).values("at")
    found = LedgerEntry.objects.filter(choice.whose(), choice.within("at"), kind__in=CHARGES)
    found = found.annotate(settled_at=Subquery(settled[:1])).order_by("number")
    assert choice.first is not None
    writing = _Writing(choice.first, choice.team.zone, rehearsal=choice.kind == Kind.REHEARSAL)
    return Table("focus", COLUMNS, found, FIELDS, writing.say)


class _Writing:
    """Writes the entries of one billing period."""

    def __init__(self, first: date, zone: ZoneInfo, *, rehearsal: bool) -> None:
        self.names = Names()
        self.zone = zone
        self.starts_at, self.ends_at = periods.days(*periods.month_of(first), zone)
        self.provider = REHEARSAL if rehearsal else PROVIDER

    def say(self, values: Values) -> Said:
        """Return an entry in the columns of FOCUS."""
        number, _at, kind, amount, job, person, project, token, model, account, *rest = values
        reason, entry_hash, counted_at, seconds, size, settled_at = rest
        cost = usd(-amount if kind == EntryKind.CREDIT else amount)
        category, charge_class = self._class(kind, settled_at)
        used = kind == EntryKind.SETTLE
        starts_at, ends_at = self._day(counted_at)
        one, unit, price = (1, UNIT, cost) if used else (None, None, None)
        shape = "|".join([model, size or "any size", f"{seconds} s" if seconds else "any length"])
        tags = {"person": self.names.person[person], "token": self.names.token[token]}
        return (
            *(cost, str(account), self.names.account[account], "USD", said(self.ends_at)),
            *(said(self.starts_at), category, charge_class, f"{kind}: {reason}", self._frequency(kind)),
            *(ends_at, starts_at, one, unit, cost),
            *(price, cost, self.provider, cost, price),
            *(one, unit, self.provider, publisher(model), job, UNIT),
            *(CATEGORY, SERVICE, SUBCATEGORY, model, SERVICE, shape),
            *(str(project), self.names.project[project], tagged(tags), entry_hash, kind, number),
        )

    def _class(self, kind: str, settled_at: datetime | None) -> tuple[str, str | None]:
        """Return category and class: only what was settled in an earlier file is corrected in this one."""
        if kind == EntryKind.CREDIT:
            return "Credit", None
        if kind == EntryKind.SETTLE:
            return "Usage", None
        earlier = settled_at is not None and settled_at < self.starts_at
        return ("Usage", "Correction") if earlier else ("Adjustment", None)

    def _frequency(self, kind: str) -> str:
        return "Usage-Based" if kind == EntryKind.SETTLE else "One-Time"

    def _day(self, counted_at: datetime) -> tuple[Exact, Exact]:
        """Return the bounds of the day a job's money counts in."""
        day = periods.day_of(counted_at, self.zone)
        starts_at, ends_at = periods.days(day, day, self.zone)
        return said(starts_at), said(ends_at)


def said(moment: datetime) -> Exact:
    """Write a moment as FOCUS wants it: whole seconds, in UTC."""
    return Exact(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def publisher(model: str) -> str:
    """Return who made a model."""
    found = catalog.find(model)
    return found.maker if found else model.partition("/")[0]


def tagged(values: dict[str, Any]) -> Exact:
    """Write tags as one JSON object; it begins with a brace, so it is no formula."""
    return Exact(json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False))
