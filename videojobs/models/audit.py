"""Who changed what: append-only."""

from django.conf import settings
from django.db import models

from videojobs.models.teams import Team, Token


class AuditEntry(models.Model):
    """One change by a person, with what was before and after. The database refuses to change it."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="audit", db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    via = models.CharField(max_length=8, default="page")  # page, api, mail, command or system
    token = models.ForeignKey(Token, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["team", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["team", "action", "-at"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
