"""One press, one job: the keys that make a repeated request harmless."""

from django.db import models
from django.db.models import Q

from videojobs.models.jobs import Job


class Submission(models.Model):
    """A request that made a job.

    `scope` is whose key it is ("form:7", "token:3"), `key` the form's request id or the Idempotency-Key (""
    for a gateway request without one), `digest` the SHA-256 of what was asked. `overtaken` says that it came
    as a repeat whose first request has not been seen: that one may still be on its way.
    """

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="submissions")
    created_at = models.DateTimeField()
    overtaken = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], condition=~Q(key=""), name="submission_key_once")
        ]
        indexes = [
            # the gateway's repeat within ten minutes
            models.Index(fields=["scope", "digest", "created_at"], name="submission_repeat"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
