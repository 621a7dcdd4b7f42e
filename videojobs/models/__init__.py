"""The tables, a file per noun."""

from videojobs.models.accounts import Kind, ProviderAccount, ProviderKey
from videojobs.models.approvals import Answer, Approval
from videojobs.models.audit import AuditEntry
from videojobs.models.catalogue import GoneModel, PriceOnFile, PriceProposal
from videojobs.models.channels import Channel, ChannelKind, Delivery
from videojobs.models.events import JobEvent, Look
from videojobs.models.invitations import Invitation
from videojobs.models.jobs import Decision, Job, Priority
from videojobs.models.limits import Limit, LimitAction, LimitCounter, LimitPeriod, LimitScope
from videojobs.models.money import Balance, DayTotal, EntryKind, LedgerCheck, LedgerEntry, LedgerHead
from videojobs.models.notices import Notice, OutboxMessage
from videojobs.models.outputs import Output
from videojobs.models.people import User
from videojobs.models.queueing import Pause, PlaceLimit, QueueScope, Target
from videojobs.models.shares import Share
from videojobs.models.statements import MonthlyStatement
from videojobs.models.submissions import Submission
from videojobs.models.teams import Membership, Project, ProjectMember, Prompts, Team, Token
from videojobs.models.usage import ProviderUsage

__all__ = [
    "Answer",
    "Approval",
    "AuditEntry",
    "Balance",
    "Channel",
    "ChannelKind",
    "DayTotal",
    "Decision",
    "Delivery",
    "EntryKind",
    "GoneModel",
    "Invitation",
    "Job",
    "JobEvent",
    "Kind",
    "LedgerCheck",
    "LedgerEntry",
    "LedgerHead",
    "Limit",
    "LimitAction",
    "LimitCounter",
    "LimitPeriod",
    "LimitScope",
    "Look",
    "Membership",
    "MonthlyStatement",
    "Notice",
    "OutboxMessage",
    "Output",
    "Pause",
    "PlaceLimit",
    "PriceOnFile",
    "PriceProposal",
    "Priority",
    "Project",
    "ProjectMember",
    "Prompts",
    "ProviderAccount",
    "ProviderKey",
    "ProviderUsage",
    "QueueScope",
    "Share",
    "Submission",
    "Target",
    "Team",
    "Token",
    "User",
]
