"""Which mails left for whom, which wait, which never arrived: to whom and of what, never what they said."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.template.response import TemplateResponse

from dashboard.access import team_page
from dashboard.http import TeamRequest
from videojobs.models import OutboxMessage
from videojobs.notices.events import WORDS, event_of
from videojobs.notices.monthly import CHANNEL as STATEMENT
from videojobs.notices.outbox import MAIL
from videojobs.rights import Right

SHOWN = 100
"""The newest; what is long delivered is of no use to anybody."""


@dataclass(frozen=True)
class MailLine:
    """One notice on its way to one address."""

    message: OutboxMessage

    @property
    def about(self) -> str:
        """What kind of thing it tells of."""
        event = event_of(self.message.notice.kind)
        return WORDS[event] if event else "A monthly statement"

    @property
    def at(self) -> datetime:
        """When it left, or was written."""
        return self.message.sent_at or self.message.created_at

    @property
    def state(self) -> str:
        """ "sent", "waits", "again", "failed" or "dropped"."""
        message = self.message
        if message.sent_at is not None:
            return "sent"
        if message.next_attempt_at is not None:
            return "again" if message.problem else "waits"
        return "dropped" if message.problem == OutboxMessage.DROPPED else "failed"


@team_page(Right.MANAGE_CHANNELS)
def mail_log(request: TeamRequest) -> HttpResponse:
    """List the newest mails of the team."""
    mails = OutboxMessage.objects.filter(notice__team=request.team, channel__in=[MAIL, STATEMENT])
    newest = mails.select_related("notice").order_by("-id")[:SHOWN]
    return TemplateResponse(request, "channels/mails.html", {"lines": [MailLine(one) for one in newest]})
