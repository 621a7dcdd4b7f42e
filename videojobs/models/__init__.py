"""The tables, a file per noun."""

from videojobs.models.accounts import Kind, ProviderAccount, Turn
from videojobs.models.audit import AuditEntry
from videojobs.models.catalogue import GoneModel, PriceOnFile
from videojobs.models.events import JobEvent, Look
from videojobs.models.jobs import Decision, Job
from videojobs.models.money import EntryKind, LedgerEntry
from videojobs.models.notices import Notice, OutboxMessage
from videojobs.models.outputs import Output
from videojobs.models.people import User
from videojobs.models.submissions import Submission
from videojobs.models.teams import Membership, Project, Team, Token

__all__ = [
    "AuditEntry",
    "Decision",
    "EntryKind",
    "GoneModel",
    "Job",
    "JobEvent",
    "Kind",
    "LedgerEntry",
    "Look",
    "Membership",
    "Notice",
    "OutboxMessage",
    "Output",
    "PriceOnFile",
    "Project",
    "ProviderAccount",
    "Submission",
    "Team",
    "Token",
    "Turn",
    "User",
]
