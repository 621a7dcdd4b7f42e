"""Who changed what: append-only."""

from django.conf import settings
from django.db import models

from videojobs.models.teams import Team


class AuditEntry(models.Model):
    """One change by a person, with what was before and after."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="audit")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["team", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
