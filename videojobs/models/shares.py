"""What each team, and each person in it, has had of a provider account: the memory of the fair share."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.teams import Team


class Share(models.Model):
    """A team in an account, or (with `person`) a person of that team. Written under the account's lock.

    `start` is where on its clock it stands: the clock's amount minus what it has in hand. The clock of teams
    is the account's; that of people is their team's own row.
    """

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="shares")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    start = MoneyField(default=Decimal(0))
    clock = MoneyField(default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "team"], condition=Q(person=None), name="share_once_per_team"
            ),
            models.UniqueConstraint(fields=["account", "team", "person"], name="share_once_per_person"),
            models.CheckConstraint(condition=Q(start__gte=0, clock__gte=0), name="share_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.team} at {self.start}"
