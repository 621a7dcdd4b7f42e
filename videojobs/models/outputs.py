"""Our own copy of a clip."""

from django.db import models

from videojobs.models.jobs import Job


class Output(models.Model):
    """A kept, checked file with its poster. Names are relative to the media storage."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="output")
    name = models.CharField(max_length=200)
    poster = models.CharField(max_length=200, blank=True)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    container = models.CharField(max_length=10)
    codec = models.CharField(max_length=30)
    duration = models.DecimalField(max_digits=9, decimal_places=3)  # seconds
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    has_sound = models.BooleanField(default=False)
    difference = models.CharField(max_length=300, blank=True)  # unlike the request: shown, never refused
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(bytes__gt=0), name="output_not_empty")]

    def __str__(self) -> str:
        return self.name

    @property
    def content_type(self) -> str:
        """The file's media type."""
        return f"video/{self.container}"
