"""Who gets a project's statement each month."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.teams import Project


class MonthlyStatement(models.Model):
    """A wish: mail a project's statement of each past month to an address, with a mark-up in per cent."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="monthly_statements")
    address = models.EmailField(max_length=254)
    markup = models.DecimalField(max_digits=6, decimal_places=2, default=0)  # per cent
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    sent_for = models.DateField(null=True, blank=True)  # first day of the last month that was mailed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "address"], name="statement_once_per_address"),
            models.CheckConstraint(
                condition=Q(markup__gte=0, markup__lte=1000), name="statement_markup_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} to {self.address}"
