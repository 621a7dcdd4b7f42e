"""The provider's balance for any page that includes balance/_box.html."""

from typing import Any

from django import template
from django.utils import timezone

from videojobs.balance import Outlook, outlook
from videojobs.rights import Right

register = template.Library()


@register.simple_tag(takes_context=True)
def provider_balance(context: dict[str, Any]) -> Outlook | None:
    """Return what is left in the account that buys; None in rehearsal and for those who see no spend."""
    asker = getattr(context.get("request"), "asker", None)
    if asker is None or not asker.may(Right.SEE_SPEND):
        return None
    account = asker.team.provider_account
    return None if account.is_rehearsal else outlook(asker.team, account, now=timezone.now())
