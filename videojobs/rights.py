"""Roles and rights: the one table that says who may do what in a team."""

from enum import StrEnum


class Role(StrEnum):
    """What a member is in a team."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    MEMBER = "member"
    VIEWER = "viewer"


class Right(StrEnum):
    """One thing a member may be allowed to do, in words a person reads on the Team page."""

    SEE_JOBS = "see jobs, clips and the queue"
    SEE_SPEND = "see the team's spend"
    SUBMIT = "send jobs"
    CANCEL_OWN = "change, reorder, cancel and retry one's own jobs, and pause one's own line"
    CANCEL_ANY = "change, reorder, cancel and retry anybody's jobs"
    PAUSE = "pause and resume the queue, a person's line or a model"
    MARK_NEXT = "mark a job to be sent next"
    SET_PLACES = "say how many jobs may run at once and how many may wait"
    SEE_ALL_PROJECTS = "see projects they are not a member of"
    SEE_PROMPTS = "read prompts a project keeps from others"
    RESOLVE = "decide about unconfirmed and lost jobs"
    SET_PRICES = "give a price where nobody lists one, and put prices on file"
    SET_LIMITS = "set, change and take away limits"
    GRANT = "say yes or no to jobs above a limit"
    SETTLE_BY_HAND = "settle, correct and credit a charge by hand"
    TOP_UP = "type in top-ups of the provider's balance"
    SEND_STATEMENTS = "have statements sent to clients"
    RESUME_DISPATCH = "resume a parked provider account"
    MANAGE_TOKENS = "make and revoke one's own API tokens"
    MANAGE_PEOPLE = "invite, change and remove members"
    MANAGE_TEAM = "rename the team, make and change its projects"
    SET_KEY = "give the team a provider key, test it, take it away"
    MANAGE_CHANNELS = "set up where the team is told: webhooks, chat, mail"
    SEE_AUDIT = "read the audit log"


_VIEWER = frozenset({Right.SEE_JOBS})
_MEMBER = _VIEWER | {Right.SUBMIT, Right.CANCEL_OWN, Right.MANAGE_TOKENS}
_BILLING = _VIEWER | {
    Right.SEE_SPEND,
    Right.SEE_ALL_PROJECTS,
    Right.SET_PRICES,
    Right.SET_LIMITS,
    Right.GRANT,
    Right.SETTLE_BY_HAND,
    Right.TOP_UP,
    Right.SEND_STATEMENTS,
    Right.SEE_AUDIT,
}
_ADMIN = (
    _MEMBER
    | _BILLING
    | {
        Right.CANCEL_ANY,
        Right.PAUSE,
        Right.MARK_NEXT,
        Right.SET_PLACES,
        Right.SEE_PROMPTS,
        Right.RESOLVE,
        Right.RESUME_DISPATCH,
        Right.MANAGE_PEOPLE,
        Right.MANAGE_TEAM,
        Right.SET_KEY,
        Right.MANAGE_CHANNELS,
    }
)

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: _ADMIN,
    Role.ADMIN: _ADMIN,
    Role.BILLING: _BILLING,
    Role.MEMBER: _MEMBER,
    Role.VIEWER: _VIEWER,
}
"""What each role may do. Only an owner may make or unmake owners; that is checked where it is done."""


class TokenScope(StrEnum):
    """How much of its person's rights an API token carries."""

    READ = "read"
    SEND = "send"
    ALL = "all"


_READ = frozenset(
    {Right.SEE_JOBS, Right.SEE_SPEND, Right.SEE_ALL_PROJECTS, Right.SEE_PROMPTS, Right.SEE_AUDIT}
)

SCOPES: dict[TokenScope, frozenset[Right]] = {
    TokenScope.READ: _READ,
    TokenScope.SEND: (_READ - {Right.SEE_AUDIT}) | {Right.SUBMIT, Right.CANCEL_OWN},
    TokenScope.ALL: frozenset(Right),
}
"""What a token may do at most; never more than its person's role."""

GROUPS: dict[str, tuple[Right, ...]] = {
    "Jobs and the queue": (
        *(Right.SEE_JOBS, Right.SUBMIT, Right.CANCEL_OWN, Right.CANCEL_ANY),
        *(Right.PAUSE, Right.MARK_NEXT, Right.SET_PLACES, Right.RESOLVE, Right.RESUME_DISPATCH),
    ),
    "Projects": (Right.SEE_ALL_PROJECTS, Right.SEE_PROMPTS, Right.MANAGE_TEAM),
    "Money": (
        *(Right.SEE_SPEND, Right.SET_PRICES, Right.SET_LIMITS, Right.GRANT),
        *(Right.SETTLE_BY_HAND, Right.TOP_UP, Right.SEND_STATEMENTS),
    ),
    "People and the team": (
        *(Right.MANAGE_TOKENS, Right.MANAGE_PEOPLE, Right.SET_KEY),
        *(Right.MANAGE_CHANNELS, Right.SEE_AUDIT),
    ),
}
"""Every right once, in the order the Team page shows them."""


PROJECT_RIGHTS = frozenset(
    {
        *(Right.SEE_JOBS, Right.SEE_ALL_PROJECTS, Right.SEE_PROMPTS, Right.SUBMIT, Right.CANCEL_OWN),
        *(Right.CANCEL_ANY, Right.MARK_NEXT, Right.RESOLVE, Right.GRANT, Right.SETTLE_BY_HAND),
    }
)
"""What a token of one project may do at most: nothing that reaches beyond that project's jobs."""


def allows(role: Role, right: Right) -> bool:
    """Tell whether a role carries a right."""
    return right in RIGHTS[role]


def roles_with(right: Right) -> list[str]:
    """Return the roles that carry a right."""
    return [role.value for role in Role if allows(role, right)]
