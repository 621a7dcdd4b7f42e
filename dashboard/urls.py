"""The map of pages."""

from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as linked
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from dashboard.api import gateway, rest
from dashboard.views import (
    account,
    asks,
    asks_by_mail,
    audit,
    balance,
    channels,
    charges,
    create,
    decide,
    dispute,
    founding,
    gallery,
    health,
    health_page,
    invitations,
    job,
    join,
    leaving,
    ledger,
    limits,
    live,
    look,
    mail_log,
    media,
    metrics,
    notice_choices,
    notices,
    places,
    prices,
    projects,
    provider_key,
    queue,
    queue_bulk,
    queue_deeds,
    queue_edit,
    queue_pauses,
    security,
    single_sign_on,
    spend,
    spend_export,
    statements,
    styleguide,
    support,
    team,
    team_zone,
    tokens,
    welcome,
)

# What is used of allauth; its other pages (codes by mail, phones, trusted browsers) are closed.
account_pages = [
    path("login/", account.sign_in, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", account.sign_up, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("email/", account.address, name="account_email"),
    path("email/sent/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("email/confirm/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", account.forgotten, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

security_pages = [
    path("security/", security.security, name="security"),
    path("security/sessions/end/", security.end_other_sessions, name="end_other_sessions"),
    path("security/sessions/<int:session_id>/end/", security.end_session, name="end_session"),
    # allauth leads to its own overviews; ours stands for all of them.
    path("two-step/", account.to_security, name="mfa_index"),
    path("two-step/sign-in/", factors.authenticate, name="mfa_authenticate"),
    path("two-step/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("two-step/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("two-step/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("two-step/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-step/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("two-step/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", account.to_security, name="mfa_list_webauthn"),
    path("passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("passkeys/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/sign-in/", account.passkey_sign_in, name="mfa_login_webauthn"),
]

OIDC = {"provider_id": settings.OIDC.key}

single_sign_on_pages = [
    path("linked/", linked.connections, name="socialaccount_connections"),
    path("sso/login/", single_sign_on.oidc_login, OIDC, name="openid_connect_login"),
    path("sso/callback/", single_sign_on.oidc_callback, OIDC, name="openid_connect_callback"),
    path("google/login/", single_sign_on.google_login, name="google_login"),
    path("google/callback/", single_sign_on.google_callback, name="google_callback"),
    path("sso/cancelled/", single_sign_on.cancelled, name="socialaccount_login_cancelled"),
]

channel_pages = [
    path("", channels.channels, name="channels"),
    path("add/", channels.add, name="add_channel"),
    path("mails/", mail_log.mail_log, name="mail_log"),
    path("<int:channel_id>/", channels.channel, name="channel"),
    path("<int:channel_id>/turn/", channels.turn, name="turn_channel"),
    path("<int:channel_id>/test/", channels.test, name="test_channel"),
    path("<int:channel_id>/remove/", channels.remove, name="remove_channel"),
    path("<int:channel_id>/deliveries/<int:delivery_id>/resend/", channels.resend, name="resend_delivery"),
]

team_pages: list[URLPattern | URLResolver] = [
    path("", team.team, name="team"),
    path("key/", provider_key.provider_key, name="provider_key"),
    path("key/test/", provider_key.test_key, name="test_key"),
    path("key/remove/", provider_key.remove_key, name="remove_key"),
    path("channels/", include(channel_pages)),
    path("audit/", audit.audit, name="audit"),
    path("audit/log.csv", audit.audit_file, name="audit_csv"),
    path("audit/log.json", audit.audit_file, {"form": "json"}, name="audit_json"),
    path("rename/", team.rename, name="rename_team"),
    path("zone/", team_zone.set_zone, name="set_team_zone"),
    path("choose/", team.choose, name="choose_team"),
    path("asks/", asks.set_team_asks, name="team_asks"),
    path("new/", founding.new_team, name="new_team"),
    path("leave/", leaving.leave, name="leave_team"),
    path("invite/", invitations.invite, name="invite"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("members/add/", team.add, name="add_member"),
    path("members/<int:member_id>/role/", team.change, name="change_member"),
    path("members/<int:member_id>/remove/", leaving.remove, name="remove_member"),
    path("members/<int:member_id>/link/", team.link, name="password_link"),
]

project_pages = [
    path("", projects.projects, name="projects"),
    path("new/", projects.add, name="add_project"),
    path("<int:project_id>/", projects.project, name="project"),
    path("<int:project_id>/archive/", projects.archive, name="archive_project"),
    path("<int:project_id>/reopen/", projects.reopen, name="reopen_project"),
]

job_pages = [
    path("", job.job, name="job"),
    path("piece/<slug:name>/", job.piece, name="job_piece"),
    path("cancel/", decide.cancel, name="job_cancel"),
    path("found/", decide.found, name="job_found"),
    path("never-arrived/", decide.never_arrived, name="job_never_arrived"),
    path("give-up/", decide.give_up, name="job_give_up"),
    path("send-again/", decide.send_again, name="job_send_again"),
    path("look-again/", decide.look_again, name="job_look_again"),
    path("send-restored/", decide.send_restored, name="job_send_restored"),
    path("settle/", charges.settle, name="job_settle"),
    path("uncharged/", charges.uncharged, name="job_uncharged"),
    path("correct/", charges.correct, name="job_correct"),
    path("credit/", charges.credit, name="job_credit"),
    path("dispute.zip", dispute.dispute, name="job_dispute"),
    path("retry/", decide.retry, name="job_retry"),
    path("grant/", asks.grant, name="job_grant"),
    path("refuse/", asks.refuse, name="job_refuse"),
]

asks_pages = [
    path("", asks.asks, name="asks"),
    path("list/", asks.asks_list, name="asks_list"),
    path("by-mail/<str:token>/", asks_by_mail.by_mail, name="asks_by_mail"),
]

gallery_pages = [
    path("", gallery.gallery, name="gallery"),
    path("count/", gallery.count, name="gallery_count"),
    path("tile/<slug:job_id>/", gallery.tile, name="gallery_tile"),
]

price_pages = [
    path("", prices.prices, name="prices"),
    path("add/", prices.add, name="add_price"),
    path("<int:price_id>/change/", prices.change, name="change_price"),
    path("<int:price_id>/take-away/", prices.take_away, name="take_price_away"),
    path("proposals/<int:proposal_id>/take/", prices.take_proposal, name="take_proposal"),
    path("proposals/<int:proposal_id>/leave/", prices.leave_proposal, name="leave_proposal"),
]

spend_pages = [
    path("", spend.spend, name="spend"),
    path("body/", spend.body, name="spend_body"),
    path("chart.json", spend.chart, name="spend_chart"),
    path("limits/", limits.limits, name="limits"),
    path("limits/add/", limits.add, name="limit_add"),
    path("limits/<int:limit_id>/", limits.change, name="limit_change"),
    path("limits/<int:limit_id>/remove/", limits.remove, name="limit_remove"),
    path("balance/", balance.balance, name="balance"),
    path("balance/top-up/", balance.top_up, name="balance_top_up"),
    path("jobs.csv", spend_export.jobs, name="spend_jobs"),
    path("jobs.json", spend_export.jobs, {"form": "json"}, name="spend_jobs_json"),
    path("ledger.csv", spend_export.ledger, name="spend_ledger"),
    path("ledger.json", spend_export.ledger, {"form": "json"}, name="spend_ledger_json"),
    path("days.csv", spend_export.days, name="spend_days"),
    path("days.json", spend_export.days, {"form": "json"}, name="spend_days_json"),
    path("focus.csv", spend_export.focus_month, name="spend_focus"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/verify/", ledger.verify, name="ledger_verify"),
    path("statements/", statements.statements, name="statements"),
    path("statements/statement.pdf", statements.as_pdf, name="statement_pdf"),
    path("statements/statement.csv", statements.as_csv, name="statement_csv"),
    path("statements/monthly/", statements.add_monthly, name="add_monthly_statement"),
    path(
        "statements/monthly/<int:monthly_id>/remove/",
        statements.remove_monthly,
        name="remove_monthly_statement",
    ),
]

# Each base URL a `together` package may be given, by the path that package makes of it.
VIDEOS = r"^(?:v[12]/)?(?:v2/)?videos"

scripts: list[URLPattern | URLResolver] = [
    re_path(rf"{VIDEOS}$", gateway.create_video, name="gateway_create"),
    re_path(rf"{VIDEOS}/(?P<job_id>[^/]+)$", gateway.read_video, name="gateway_read"),
    re_path(r"^v[12]/", gateway.nothing_here),
    path("api/v1/", rest.api.urls),
    re_path(r"^api/", rest.nothing_here),
]

media_files = [
    path("<str:job_id>/clip", media.clip, name="media_clip"),
    path("<str:job_id>/poster", media.poster, name="media_poster"),
    path("<str:job_id>/signed/<str:name>", media.signed, name="media_signed"),
]

create_pages = [
    path("", create.create, name="create"),
    path("shape/", create.shape, name="create_shape"),
    path("quote/", create.quote, name="create_quote"),
    path("stage/", create.stage, name="create_stage"),
    path("mine/", create.mine, name="create_mine"),
]

queue_pages = [
    path("", queue.queue, name="queue"),
    path("lanes/", queue.lanes, name="queue_lanes"),
    path("pause/", queue_pauses.pause, name="queue_pause"),
    path("resume/", queue_pauses.resume, name="queue_resume"),
    path("bulk/", queue_bulk.many, name="queue_bulk"),
    path("bulk/bar/", queue_bulk.bar, name="queue_bulk_bar"),
    path("failures/dismiss/", queue_bulk.dismiss, name="queue_dismiss"),
    path("failures/retry/", queue_bulk.retry, name="queue_retry"),
    path("places/", places.show, name="places"),
    path("places/set/", places.change, name="places_set"),
    path("<slug:job_id>/", queue_deeds.deed, name="queue_deed"),
    path("<slug:job_id>/edit/", queue_edit.edit, name="queue_edit"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("look/", look.look, name="look"),
    path("frame/", look.frame, name="frame"),
    path("", welcome.home, name="home"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("create/", include(create_pages)),
    path("queue/", include(queue_pages)),
    path("accounts/", include([*account_pages, *security_pages, *single_sign_on_pages])),
    path("accounts/<int:account_id>/resume", notices.resume_account, name="resume_account"),
    path("team/", include(team_pages)),
    path("join/", join.join, name="join"),
    path("join/<str:secret>/", join.follow, name="follow_invitation"),
    path("projects/", include(project_pages)),
    path("media/", include(media_files)),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.make, name="make_token"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_token"),
    path("live/since/", live.since, name="live_since"),
    path("notices/", notices.notices, name="notices"),
    path("notices/choices/", notice_choices.notice_choices, name="notice_choices"),
    path("notices/read/", notices.mark_read, name="mark_notices_read"),
    path("gallery/", include(gallery_pages)),
    path("jobs/<slug:job_id>/", include(job_pages)),
    path("asks/", include(asks_pages)),
    path("prices/", include(price_pages)),
    path("spend/", include(spend_pages)),
    path("health/", health_page.health, name="health"),
    path("health/support.zip", support.support_file, name="support_file"),
    *scripts,
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
