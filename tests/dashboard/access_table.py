"""What every address of the site answers, and to whom. `test_access.py` holds the site to it.

A line names the right it takes; who then gets in follows from the table of rights, for each role, for people
of other teams, and for a token or session that has ended. A new address without a line fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.factories import DIRECTOR
from videojobs.rights import Right, Role, allows

MEMBERS = {role.value: role for role in (Role.VIEWER, Role.MEMBER, Role.BILLING, Role.ADMIN, Role.OWNER)}
"""Five people of the team whose row it is. The job and the token are Bob's; none of these is Bob."""

ELSEWHERE = {"stranger": Role.MEMBER, "other_admin": Role.ADMIN}
"""Two people of another team, and what they are there."""

ASKERS = ("nobody", "ended", *ELSEWHERE, *MEMBERS)
""""ended": who has signed out, or whose token was revoked."""

LOGIN = 0
"""Leads to the sign-in page."""


@dataclass(frozen=True)
class Rule:
    """Who gets in. `right` None: whoever is in a team. `done` is the answer to those who may.

    `row`: it is a row of the team, so other teams get 404. `but` names those who are answered otherwise.
    """

    right: Right | None = None
    done: int = 200
    row: bool = False
    but: Mapping[str, int] = field(default_factory=dict)

    def answers(self, *, is_script: bool) -> dict[str, int]:
        """Return what each asker gets."""
        signed_out = 401 if is_script else LOGIN
        found = dict.fromkeys(("nobody", "ended"), signed_out)
        found |= {name: self._elsewhere(role) for name, role in ELSEWHERE.items()}
        found |= {name: self._inside(role) for name, role in MEMBERS.items()}
        return found | dict(self.but)

    def _inside(self, role: Role) -> int:
        return self.done if self.right is None or allows(role, self.right) else 403

    def _elsewhere(self, role: Role) -> int:
        answer = self._inside(role)
        if answer == 403:
            # What they may not even do at home they are refused before anybody looks for the row.
            return 404 if self.row and self.hides else 403
        return 404 if self.row else answer

    @property
    def hides(self) -> bool:
        """Whether the row is looked for before the right: then a stranger learns nothing of it."""
        return self.right in BY_ROW


BY_ROW = frozenset(
    {
        *(Right.CANCEL_ANY, Right.RESOLVE, Right.SETTLE_BY_HAND, Right.GRANT, Right.MARK_NEXT),
        Right.MANAGE_CHANNELS,
    }
)
"""Rights over jobs, and over channels, some of which are people's own: the row is found first."""


@dataclass(frozen=True)
class Everyone:
    """The same answer to all, signed in or not; `but` names those who are answered otherwise."""

    done: int = 200
    but: Mapping[str, int] = field(default_factory=dict)

    def answers(self, *, is_script: bool) -> dict[str, int]:
        """Return what each asker gets."""
        return dict.fromkeys(ASKERS, self.done) | dict(self.but)


EVERYBODY = Everyone()
NOTHING = Everyone(404)
SIGNED_IN = Rule()
SENDERS = Rule(Right.SUBMIT)
SETTERS = Rule(Right.SET_LIMITS)
THE_TEAM = Rule(Right.SEE_JOBS, row=True)
SCRIPTS_OF_A_TEAM = Rule(Right.SEE_JOBS)
SCRIPTS_OF_THE_TEAM = THE_TEAM
SEERS = Rule(Right.SEND_STATEMENTS)


def may(right: Right, done: int = 200, **more: Any) -> Rule:
    """Return who carries a right, for what every team has."""
    return Rule(right, done, **more)


def only(right: Right, done: int, **more: Any) -> Rule:
    """Return who carries a right over a row of the team."""
    return Rule(right, done, row=True, **more)


@dataclass(frozen=True)
class Line:
    """One address and who gets in. `said`: what is posted."""

    path: str
    rule: Rule | Everyone
    method: str = "GET"
    said: dict[str, Any] = field(default_factory=dict)


def get(path: str, rule: Rule | Everyone) -> Line:
    """Return a line for an address that is read."""
    return Line(path, rule)


def post(path: str, rule: Rule | Everyone, **said: Any) -> Line:
    """Return a line for an address that changes something."""
    return Line(path, rule, "POST", said)


PAGES = {
    "healthz": get("/healthz", EVERYBODY),
    "readyz": get("/readyz", Everyone(503)),  # no worker ticks in this test
    "health": get("/health/", SIGNED_IN),
    "support_file": get("/health/support.zip", may(Right.MANAGE_TEAM)),
    "metrics": get("/metrics", Everyone(404)),  # closed unless METRICS_TOKEN is set
    "home": get("/", Rule(done=302)),
    "welcome": get("/welcome/", Everyone(302)),
    "look": post("/look/", Everyone(302), theme="dark"),
    "frame": get("/frame/", SIGNED_IN),
    "live_since": get("/live/since/", SIGNED_IN),
    "create": get("/create/", SENDERS),
    "create_shape": post("/create/shape/", SENDERS),
    "create_quote": post("/create/quote/", SENDERS),
    "create_stage": get("/create/stage/", SENDERS),
    "create_mine": get("/create/mine/", SENDERS),
    "queue": get("/queue/", SIGNED_IN),
    "queue_lanes": get("/queue/lanes/", SIGNED_IN),
    "queue_pause": post("/queue/pause/", may(Right.CANCEL_OWN, 422)),
    "queue_resume": post("/queue/resume/", may(Right.CANCEL_OWN, 404)),
    "places": get("/queue/places/", SIGNED_IN),
    "places_set": post("/queue/places/set/", may(Right.SET_PLACES, 422)),
    "queue_bulk": post("/queue/bulk/", may(Right.CANCEL_OWN, 422)),
    "queue_bulk_bar": get("/queue/bulk/bar/", may(Right.CANCEL_OWN)),
    "queue_dismiss": post("/queue/failures/dismiss/", may(Right.CANCEL_OWN, 302)),
    "queue_retry": post("/queue/failures/retry/", may(Right.CANCEL_OWN, 302)),
    "queue_deed": post("/queue/{waiting}/", only(Right.CANCEL_ANY, 422)),
    "queue_edit": get("/queue/{waiting}/edit/", only(Right.CANCEL_ANY, 200)),
    "gallery": get("/gallery/", SIGNED_IN),
    "gallery_count": get("/gallery/count/", SIGNED_IN),
    "gallery_tile": get("/gallery/tile/{job}/", THE_TEAM),
    "prices": get("/prices/", SIGNED_IN),
    "add_price": get("/prices/add/", may(Right.SET_PRICES)),
    "change_price": get("/prices/{price}/change/", only(Right.SET_PRICES, 200)),
    "take_price_away": post("/prices/{price}/take-away/", only(Right.SET_PRICES, 302)),
    "take_proposal": post("/prices/proposals/{proposal}/take/", only(Right.SET_PRICES, 302)),
    "leave_proposal": post("/prices/proposals/{proposal}/leave/", only(Right.SET_PRICES, 302)),
    "spend": get("/spend/", SIGNED_IN),
    "spend_body": get("/spend/body/", SIGNED_IN),
    "spend_chart": get("/spend/chart.json", SIGNED_IN),
    "limits": get("/spend/limits/", Rule(done=302)),  # the section alone is for scripts
    "limit_add": get("/spend/limits/add/", SETTERS),
    "limit_change": get("/spend/limits/{limit}/", only(Right.SET_LIMITS, 200)),
    "limit_remove": post("/spend/limits/{limit}/remove/", only(Right.SET_LIMITS, 302)),
    "balance": get("/spend/balance/", may(Right.TOP_UP)),
    "balance_top_up": post("/spend/balance/top-up/", may(Right.TOP_UP, 404)),  # rehearsal has none
    "spend_jobs": get("/spend/jobs.csv", SIGNED_IN),
    "spend_jobs_json": get("/spend/jobs.json", SIGNED_IN),
    "spend_ledger": get("/spend/ledger.csv", SIGNED_IN),
    "spend_ledger_json": get("/spend/ledger.json", SIGNED_IN),
    "spend_days": get("/spend/days.csv", SIGNED_IN),
    "spend_days_json": get("/spend/days.json", SIGNED_IN),
    "spend_focus": get("/spend/focus.csv", SIGNED_IN),
    "ledger": get("/spend/ledger/", SIGNED_IN),
    "ledger_verify": post("/spend/ledger/verify/", may(Right.SEE_SPEND, 302)),
    "statements": get("/spend/statements/", SEERS),
    "statement_pdf": get("/spend/statements/statement.pdf", SEERS),
    "statement_csv": get("/spend/statements/statement.csv", SEERS),
    "add_monthly_statement": post("/spend/statements/monthly/", may(Right.SEND_STATEMENTS, 422)),
    "remove_monthly_statement": post(
        "/spend/statements/monthly/{monthly}/remove/", only(Right.SEND_STATEMENTS, 302)
    ),
}

TO_LOGIN = {"nobody": LOGIN, "ended": LOGIN}

ACCOUNT = {
    "account_login": get("/accounts/login/", Everyone(302, but={"nobody": 200, "ended": 200})),
    "account_logout": get("/accounts/logout/", Everyone(200, but={"nobody": 302, "ended": 302})),
    "account_inactive": get("/accounts/inactive/", EVERYBODY),
    "account_change_password": get("/accounts/password/change/", SIGNED_IN),
    "account_reset_password": get("/accounts/password/reset/", EVERYBODY),
    "account_reset_password_done": get("/accounts/password/reset/done/", EVERYBODY),
    "account_reset_password_from_key": get("/accounts/password/reset/key/1-x/", EVERYBODY),
    "account_reset_password_from_key_done": get("/accounts/password/reset/key/done/", EVERYBODY),
    "account_signup": get("/accounts/signup/", Everyone(302, but={"nobody": 200, "ended": 200})),
    "account_reauthenticate": get("/accounts/reauthenticate/", SIGNED_IN),
    "account_email": get("/accounts/email/", SIGNED_IN),
    "account_email_verification_sent": get("/accounts/email/sent/", EVERYBODY),
    "account_confirm_email": get("/accounts/email/confirm/wrong/", EVERYBODY),
    "account_set_password": get("/accounts/password/set/", Rule(done=302)),
    "security": get("/accounts/security/", SIGNED_IN),
    "end_other_sessions": post("/accounts/security/sessions/end/", Rule(done=302)),
    "end_session": post("/accounts/security/sessions/0/end/", Rule(done=404)),
    "mfa_index": get("/accounts/two-step/", Rule(done=302)),
    "mfa_authenticate": get("/accounts/two-step/sign-in/", Everyone(302, but=TO_LOGIN)),
    "mfa_reauthenticate": get("/accounts/two-step/again/", Rule(done=302)),
    "mfa_activate_totp": get("/accounts/two-step/app/add/", Rule(done=302)),
    "mfa_deactivate_totp": get("/accounts/two-step/app/remove/", Rule(done=404)),
    "mfa_view_recovery_codes": get("/accounts/two-step/codes/", Rule(done=404)),
    "mfa_generate_recovery_codes": get("/accounts/two-step/codes/new/", Rule(done=302)),
    "mfa_download_recovery_codes": get("/accounts/two-step/codes/download/", Rule(done=404)),
    "mfa_list_webauthn": get("/accounts/passkeys/", Rule(done=302)),
    "mfa_add_webauthn": get("/accounts/passkeys/add/", Rule(done=302)),
    "mfa_edit_webauthn": get("/accounts/passkeys/0/rename/", Rule(done=302)),
    "mfa_remove_webauthn": get("/accounts/passkeys/0/remove/", Rule(done=302)),
    "mfa_reauthenticate_webauthn": get("/accounts/passkeys/again/", Rule(done=302)),
    "mfa_login_webauthn": get("/accounts/passkeys/sign-in/", Everyone(302, but=TO_LOGIN)),
    "socialaccount_connections": get("/accounts/linked/", SIGNED_IN),
    # No identity provider is configured in this test.
    "openid_connect_login": get("/accounts/sso/login/", NOTHING),
    "openid_connect_callback": get("/accounts/sso/callback/", NOTHING),
    "google_login": get("/accounts/google/login/", NOTHING),
    "google_callback": get("/accounts/google/callback/", NOTHING),
    "socialaccount_login_cancelled": get("/accounts/sso/cancelled/", Everyone(LOGIN)),
}

PEOPLE = {
    "team": get("/team/", SIGNED_IN),
    "provider_key": get("/team/key/", may(Right.SET_KEY)),
    "test_key": post("/team/key/test/", may(Right.SET_KEY, 404)),  # it has none
    "remove_key": post("/team/key/remove/", may(Right.SET_KEY, 404)),
    "audit": get("/team/audit/", may(Right.SEE_AUDIT)),
    "audit_csv": get("/team/audit/log.csv", may(Right.SEE_AUDIT)),
    "audit_json": get("/team/audit/log.json", may(Right.SEE_AUDIT)),
    "rename_team": post("/team/rename/", may(Right.MANAGE_TEAM, 302), name="Dockside"),
    "set_team_zone": post("/team/zone/", may(Right.MANAGE_TEAM, 302), zone="Europe/Berlin"),
    "choose_team": post("/team/choose/", Rule(done=302, row=True), team="{team}"),
    "team_asks": post("/team/asks/", may(Right.SET_LIMITS, 302), above_job="5"),
    "add_member": post(
        "/team/members/add/",
        may(Right.MANAGE_PEOPLE),
        email="dora@example.org",
        role="viewer",
    ),
    "change_member": post("/team/members/{bob}/role/", only(Right.MANAGE_PEOPLE, 302), role="viewer"),
    "new_team": get("/team/new/", Rule(done=403, but={"owner": 200, "nobody": LOGIN, "ended": LOGIN})),
    "leave_team": get("/team/leave/", SIGNED_IN),
    "invite": post("/team/invite/", may(Right.MANAGE_PEOPLE), role="viewer", days="7"),
    "revoke_invitation": post("/team/invitations/{invitation}/revoke/", only(Right.MANAGE_PEOPLE, 302)),
    "join": get("/join/", NOTHING),
    "follow_invitation": get("/join/guessed/", NOTHING),
    "projects": get("/projects/", SIGNED_IN),
    "add_project": get("/projects/new/", may(Right.MANAGE_TEAM)),
    "project": get("/projects/{project}/", Rule(row=True)),
    "archive_project": post("/projects/{project}/archive/", only(Right.MANAGE_TEAM, 302)),
    "reopen_project": post("/projects/{project}/reopen/", only(Right.MANAGE_TEAM, 302)),
    "remove_member": post("/team/members/{bob}/remove/", only(Right.MANAGE_PEOPLE, 302)),
    "password_link": post("/team/members/{bob}/link/", only(Right.MANAGE_PEOPLE, 200)),
    "tokens": get("/tokens/", SIGNED_IN),
    "make_token": post("/tokens/make/", may(Right.MANAGE_TOKENS), name="render"),
    "revoke_token": post("/tokens/{token}/revoke/", only(Right.MANAGE_TOKENS, 302, but={"member": 404})),
    "channels": get("/team/channels/", SIGNED_IN),
    "add_channel": post("/team/channels/add/", Rule(done=422)),
    "mail_log": get("/team/channels/mails/", may(Right.MANAGE_CHANNELS)),
    "channel": get("/team/channels/{channel}/", only(Right.MANAGE_CHANNELS, 200)),
    "turn_channel": post("/team/channels/{channel}/turn/", only(Right.MANAGE_CHANNELS, 302), on="no"),
    "test_channel": post("/team/channels/{channel}/test/", only(Right.MANAGE_CHANNELS, 302)),
    "remove_channel": post("/team/channels/{channel}/remove/", only(Right.MANAGE_CHANNELS, 302)),
    "resend_delivery": post(
        "/team/channels/{channel}/deliveries/{delivery}/resend/", only(Right.MANAGE_CHANNELS, 302)
    ),
    "notice_choices": get("/notices/choices/", SIGNED_IN),
    "notices": get("/notices/", SIGNED_IN),
    "mark_notices_read": post("/notices/read/", Rule(done=302)),
    "resume_account": post("/accounts/{account}/resume", may(Right.RESUME_DISPATCH, 302)),
}

JOBS = {
    "job": get("/jobs/{job}/", THE_TEAM),
    "job_piece": get("/jobs/{job}/piece/status/", THE_TEAM),
    "job_cancel": post("/jobs/{waiting}/cancel/", only(Right.CANCEL_ANY, 302)),
    "job_found": post("/jobs/{unconfirmed}/found/", only(Right.RESOLVE, 422)),
    "job_never_arrived": post("/jobs/{unconfirmed}/never-arrived/", only(Right.RESOLVE, 422)),
    "job_give_up": post("/jobs/{unconfirmed}/give-up/", only(Right.RESOLVE, 302)),
    "job_send_again": post("/jobs/{unconfirmed}/send-again/", only(Right.RESOLVE, 302)),
    "job_look_again": post("/jobs/{lost}/look-again/", only(Right.RESOLVE, 302)),
    "job_send_restored": post("/jobs/{job}/send-restored/", only(Right.RESOLVE, 409)),
    "job_settle": post("/jobs/{lost}/settle/", only(Right.SETTLE_BY_HAND, 422)),
    "job_uncharged": post("/jobs/{lost}/uncharged/", only(Right.SETTLE_BY_HAND, 422)),
    "job_correct": post("/jobs/{job}/correct/", only(Right.SETTLE_BY_HAND, 422)),
    "job_credit": post("/jobs/{job}/credit/", only(Right.SETTLE_BY_HAND, 422)),
    "job_dispute": get("/jobs/{job}/dispute.zip", only(Right.SETTLE_BY_HAND, 200)),
    "job_retry": post("/jobs/{lost}/retry/", only(Right.CANCEL_ANY, 302)),
    "job_grant": post("/jobs/{asking}/grant/", only(Right.GRANT, 302)),
    "job_refuse": post("/jobs/{asking}/refuse/", only(Right.GRANT, 302)),
    "asks": get("/asks/", SIGNED_IN),
    "asks_list": get("/asks/list/", SIGNED_IN),
    "asks_by_mail": get("/asks/by-mail/wrong/", Everyone(403)),
    "media_clip": get("/media/{job}/clip", THE_TEAM),
    "media_poster": get("/media/{job}/poster", THE_TEAM),
    "media_signed": get("/media/{job}/signed/wrong.mp4", Everyone(403)),
}

WISH = {"model": DIRECTOR, "prompt": "A paper boat"}

LIMIT = {"scope": {"kind": "team"}, "period": "day", "amount": "100", "action": "warn"}

SCRIPTS = {
    "gateway_create": post("/v2/videos", may(Right.SUBMIT), **WISH),
    "gateway_read": get("/v2/videos/{job}", SCRIPTS_OF_THE_TEAM),
    "^v[12]/": get("/v1/chat/completions", NOTHING),
    "^api/": get("/api/v2/jobs", NOTHING),
    "api:api-root": get("/api/v1/", NOTHING),
    "api:openapi-json": get("/api/v1/openapi.json", EVERYBODY),
    "api:list_jobs": get("/api/v1/jobs", SCRIPTS_OF_A_TEAM),
    "api:create_job": post("/api/v1/jobs", may(Right.SUBMIT, 201), body=WISH),
    "api:read_job": get("/api/v1/jobs/{job}", SCRIPTS_OF_THE_TEAM),
    "api:cancel_job": post("/api/v1/jobs/{waiting}/cancel", only(Right.CANCEL_ANY, 200)),
    "api:resolve_job": post("/api/v1/jobs/{unconfirmed}/resolve", only(Right.RESOLVE, 200), answer="give_up"),
    "api:retry_job": post("/api/v1/jobs/{lost}/retry", only(Right.CANCEL_ANY, 201)),
    "api:change_job": Line(
        "/api/v1/jobs/{waiting}",
        only(Right.CANCEL_ANY, 200),
        "PATCH",
        {"version": 1, "priority": "high"},
    ),
    "api:read_queue": get("/api/v1/queue", SCRIPTS_OF_A_TEAM),
    "api:pause_queue": post("/api/v1/queue/pause", may(Right.PAUSE), scope="team"),
    "api:resume_queue": post("/api/v1/queue/resume", may(Right.PAUSE, 409), scope="team"),
    "api:change_many": post("/api/v1/queue/bulk", may(Right.CANCEL_OWN), deed="cancel", filter={}),
    "api:list_models": get("/api/v1/models", SCRIPTS_OF_A_TEAM),
    "api:create_limit": post("/api/v1/limits", may(Right.SET_LIMITS, 201), **LIMIT),
    "api:list_limits": get("/api/v1/limits", SCRIPTS_OF_A_TEAM),
    "api:read_limit": get("/api/v1/limits/{limit}", only(Right.SEE_JOBS, 200, but={"viewer": 404})),
    "api:change_limit": Line(
        "/api/v1/limits/{limit}",
        only(Right.SET_LIMITS, 200, but={"stranger": 404}),
        "PATCH",
        {"amount": "100"},
    ),
    "api:retire_limit": Line(
        "/api/v1/limits/{limit}", only(Right.SET_LIMITS, 204, but={"stranger": 404}), "DELETE"
    ),
    "api:list_approvals": get("/api/v1/approvals", SCRIPTS_OF_A_TEAM),
    "api:answer_approval": post("/api/v1/approvals/{approval}", only(Right.GRANT, 200), answer="refuse"),
    "api:read_spend": get("/api/v1/spend", SCRIPTS_OF_A_TEAM),
    "api:read_ledger": get("/api/v1/ledger", SCRIPTS_OF_A_TEAM),
    "api:read_audit": get("/api/v1/audit", may(Right.SEE_AUDIT)),
    "api:read_health": get("/api/v1/health", SCRIPTS_OF_A_TEAM),
}

TABLE = PAGES | ACCOUNT | PEOPLE | JOBS | SCRIPTS
