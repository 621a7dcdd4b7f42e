"""What every address of the site answers, and to whom. `test_access.py` holds the site to it."""

from dataclasses import dataclass, field
from typing import Any

from tests.factories import DIRECTOR

ASKERS = ("nobody", "stranger", "viewer", "member", "owner")
"""Somebody who is not signed in, somebody of another team, and three of the team whose row it is.

The job and the token are Bob's; the member who asks is not Bob. Each answer below stands for one of them.
"""

LOGIN = 0
"""Leads to the sign-in page."""

Answers = tuple[int, int, int, int, int]

EVERYBODY: Answers = (200, 200, 200, 200, 200)
NOTHING: Answers = (404, 404, 404, 404, 404)
SIGNED_IN: Answers = (LOGIN, 200, 200, 200, 200)
SENDERS: Answers = (LOGIN, 200, 403, 200, 200)
SETTERS: Answers = (LOGIN, 200, 403, 403, 200)
THE_TEAM: Answers = (LOGIN, 404, 200, 200, 200)
SCRIPTS_OF_A_TEAM: Answers = (401, 200, 200, 200, 200)
SCRIPTS_OF_THE_TEAM: Answers = (401, 404, 200, 200, 200)


SEERS: Answers = (LOGIN, 200, 403, 403, 200)


def only_owner(answer: int) -> Answers:
    """Return the answers of a deed at somebody else's row that only the owner (or an admin) may do."""
    return (LOGIN, 404, 403, 403, answer)


@dataclass(frozen=True)
class Line:
    """One address: what it answers to each asker in turn. `said`: what is posted."""

    path: str
    answers: Answers
    method: str = "GET"
    said: dict[str, Any] = field(default_factory=dict)


def get(path: str, answers: Answers) -> Line:
    """Return a line for an address that is read."""
    return Line(path, answers)


def post(path: str, answers: Answers, **said: Any) -> Line:
    """Return a line for an address that changes something."""
    return Line(path, answers, "POST", said)


PAGES = {
    "healthz": get("/healthz", EVERYBODY),
    "readyz": get("/readyz", (503, 503, 503, 503, 503)),  # no worker ticks in this test
    "health": get("/health/", SIGNED_IN),
    "home": get("/", (LOGIN, 302, 302, 302, 302)),
    "welcome": get("/welcome/", (302, 302, 302, 302, 302)),
    "look": post("/look/", (302, 302, 302, 302, 302), theme="dark"),
    "frame": get("/frame/", SIGNED_IN),
    "live_since": get("/live/since/", SIGNED_IN),
    "create": get("/create/", SENDERS),
    "create_shape": post("/create/shape/", SENDERS),
    "create_quote": post("/create/quote/", SENDERS),
    "create_stage": get("/create/stage/", SENDERS),
    "create_mine": get("/create/mine/", SENDERS),
    "queue": get("/queue/", SIGNED_IN),
    "queue_lanes": get("/queue/lanes/", SIGNED_IN),
    "gallery": get("/gallery/", SIGNED_IN),
    "gallery_count": get("/gallery/count/", SIGNED_IN),
    "gallery_tile": get("/gallery/tile/{job}/", THE_TEAM),
    "prices": get("/prices/", SIGNED_IN),
    "add_price": get("/prices/add/", (LOGIN, 200, 403, 403, 200)),
    "change_price": get("/prices/{price}/change/", only_owner(200)),
    "take_price_away": post("/prices/{price}/take-away/", only_owner(302)),
    "take_proposal": post("/prices/proposals/{proposal}/take/", only_owner(302)),
    "leave_proposal": post("/prices/proposals/{proposal}/leave/", only_owner(302)),
    "spend": get("/spend/", SIGNED_IN),
    "spend_body": get("/spend/body/", SIGNED_IN),
    "spend_chart": get("/spend/chart.json", SIGNED_IN),
    "limits": get("/spend/limits/", SIGNED_IN),
    "limit_add": get("/spend/limits/add/", SETTERS),
    "limit_change": get("/spend/limits/{limit}/", (LOGIN, 404, 403, 403, 200)),
    "limit_remove": post("/spend/limits/{limit}/remove/", only_owner(302)),
    "balance": get("/spend/balance/", (LOGIN, 200, 403, 403, 200)),
    "balance_top_up": post("/spend/balance/top-up/", (LOGIN, 404, 403, 403, 404)),  # rehearsal has none
    "spend_jobs": get("/spend/jobs.csv", SIGNED_IN),
    "spend_jobs_json": get("/spend/jobs.json", SIGNED_IN),
    "spend_ledger": get("/spend/ledger.csv", SIGNED_IN),
    "spend_ledger_json": get("/spend/ledger.json", SIGNED_IN),
    "spend_days": get("/spend/days.csv", SIGNED_IN),
    "spend_days_json": get("/spend/days.json", SIGNED_IN),
    "spend_focus": get("/spend/focus.csv", SIGNED_IN),
    "ledger": get("/spend/ledger/", SIGNED_IN),
    "ledger_verify": post("/spend/ledger/verify/", (LOGIN, 302, 403, 403, 302)),
    "statements": get("/spend/statements/", SEERS),
    "statement_pdf": get("/spend/statements/statement.pdf", SEERS),
    "statement_csv": get("/spend/statements/statement.csv", SEERS),
    "add_monthly_statement": post("/spend/statements/monthly/", (LOGIN, 422, 403, 403, 422)),
    "remove_monthly_statement": post("/spend/statements/monthly/{monthly}/remove/", only_owner(302)),
}

ACCOUNT = {
    "account_login": get("/accounts/login/", (200, 302, 302, 302, 302)),
    "account_logout": get("/accounts/logout/", (302, 200, 200, 200, 200)),
    "account_inactive": get("/accounts/inactive/", EVERYBODY),
    "account_change_password": get("/accounts/password/change/", SIGNED_IN),
    "account_reset_password": get("/accounts/password/reset/", EVERYBODY),
    "account_reset_password_done": get("/accounts/password/reset/done/", EVERYBODY),
    "account_reset_password_from_key": get("/accounts/password/reset/key/1-x/", EVERYBODY),
    "account_reset_password_from_key_done": get("/accounts/password/reset/key/done/", EVERYBODY),
}

PEOPLE = {
    "team": get("/team/", SIGNED_IN),
    "rename_team": post("/team/rename/", (LOGIN, 302, 403, 403, 302), name="Dockside"),
    "set_team_zone": post("/team/zone/", (LOGIN, 302, 403, 403, 302), zone="Europe/Berlin"),
    "choose_team": post("/team/choose/", (LOGIN, 404, 302, 302, 302), team="{team}"),
    "team_asks": post("/team/asks/", (LOGIN, 302, 403, 403, 302), above_job="5"),
    "add_member": post(
        "/team/members/add/", (LOGIN, 200, 403, 403, 302), email="dora@example.org", role="viewer"
    ),
    "change_member": post("/team/members/{bob}/role/", only_owner(302), role="viewer"),
    "remove_member": post("/team/members/{bob}/remove/", only_owner(302)),
    "password_link": post("/team/members/{bob}/link/", only_owner(200)),
    "tokens": get("/tokens/", SIGNED_IN),
    "make_token": post("/tokens/make/", SENDERS, name="render"),
    "revoke_token": post("/tokens/{token}/revoke/", (LOGIN, 404, 403, 404, 302)),
    "notices": get("/notices/", SIGNED_IN),
    "mark_notices_read": post("/notices/read/", (LOGIN, 302, 302, 302, 302)),
    "resume_account": post("/accounts/{account}/resume", (LOGIN, 302, 403, 403, 302)),
}

JOBS = {
    "job": get("/jobs/{job}/", THE_TEAM),
    "job_piece": get("/jobs/{job}/piece/status/", THE_TEAM),
    "job_cancel": post("/jobs/{waiting}/cancel/", only_owner(302)),
    "job_found": post("/jobs/{unconfirmed}/found/", only_owner(422)),
    "job_never_arrived": post("/jobs/{unconfirmed}/never-arrived/", only_owner(422)),
    "job_give_up": post("/jobs/{unconfirmed}/give-up/", only_owner(302)),
    "job_send_again": post("/jobs/{unconfirmed}/send-again/", only_owner(302)),
    "job_look_again": post("/jobs/{lost}/look-again/", only_owner(302)),
    "job_send_restored": post("/jobs/{job}/send-restored/", only_owner(409)),
    "job_settle": post("/jobs/{lost}/settle/", only_owner(422)),
    "job_uncharged": post("/jobs/{lost}/uncharged/", only_owner(422)),
    "job_correct": post("/jobs/{job}/correct/", only_owner(422)),
    "job_credit": post("/jobs/{job}/credit/", only_owner(422)),
    "job_dispute": get("/jobs/{job}/dispute.zip", only_owner(200)),
    "job_retry": post("/jobs/{lost}/retry/", only_owner(302)),
    "job_grant": post("/jobs/{asking}/grant/", only_owner(302)),
    "job_refuse": post("/jobs/{asking}/refuse/", only_owner(302)),
    "asks": get("/asks/", SIGNED_IN),
    "asks_list": get("/asks/list/", SIGNED_IN),
    "asks_by_mail": get("/asks/by-mail/wrong/", (403, 403, 403, 403, 403)),
    "media_clip": get("/media/{job}/clip", THE_TEAM),
    "media_poster": get("/media/{job}/poster", THE_TEAM),
    "media_signed": get("/media/{job}/signed/wrong.mp4", (403, 403, 403, 403, 403)),
}

WISH = {"model": DIRECTOR, "prompt": "A paper boat"}

LIMIT = {"scope": {"kind": "team"}, "period": "day", "amount": "100", "action": "warn"}

SCRIPTS = {
    "gateway_create": post("/v2/videos", (401, 200, 403, 200, 200), **WISH),
    "gateway_read": get("/v2/videos/{job}", SCRIPTS_OF_THE_TEAM),
    "^v[12]/": get("/v1/chat/completions", NOTHING),
    "^api/": get("/api/v2/jobs", NOTHING),
    "api:api-root": get("/api/v1/", NOTHING),
    "api:openapi-json": get("/api/v1/openapi.json", EVERYBODY),
    "api:list_jobs": get("/api/v1/jobs", SCRIPTS_OF_A_TEAM),
    "api:create_job": post("/api/v1/jobs", (401, 201, 403, 201, 201), body=WISH),
    "api:read_job": get("/api/v1/jobs/{job}", SCRIPTS_OF_THE_TEAM),
    "api:cancel_job": post("/api/v1/jobs/{waiting}/cancel", (401, 404, 403, 403, 200)),
    "api:resolve_job": post(
        "/api/v1/jobs/{unconfirmed}/resolve", (401, 404, 403, 403, 200), answer="give_up"
    ),
    "api:retry_job": post("/api/v1/jobs/{lost}/retry", (401, 404, 403, 403, 201)),
    "api:list_models": get("/api/v1/models", SCRIPTS_OF_A_TEAM),
    "api:create_limit": post("/api/v1/limits", (401, 201, 403, 403, 201), **LIMIT),
    "api:list_limits": get("/api/v1/limits", SCRIPTS_OF_A_TEAM),
    "api:read_limit": get("/api/v1/limits/{limit}", (401, 404, 404, 200, 200)),
    "api:change_limit": Line("/api/v1/limits/{limit}", (401, 404, 403, 403, 200), "PATCH", {"amount": "100"}),
    "api:retire_limit": Line("/api/v1/limits/{limit}", (401, 404, 403, 403, 204), "DELETE"),
    "api:list_approvals": get("/api/v1/approvals", SCRIPTS_OF_A_TEAM),
    "api:answer_approval": post("/api/v1/approvals/{approval}", (401, 404, 403, 403, 200), answer="refuse"),
    "api:read_spend": get("/api/v1/spend", SCRIPTS_OF_A_TEAM),
    "api:read_ledger": get("/api/v1/ledger", SCRIPTS_OF_A_TEAM),
    "api:read_health": get("/api/v1/health", SCRIPTS_OF_A_TEAM),
}

TABLE = PAGES | ACCOUNT | PEOPLE | JOBS | SCRIPTS
