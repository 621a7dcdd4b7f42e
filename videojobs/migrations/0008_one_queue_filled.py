"""What was there before: jobs keep their order, and the people who sign in have a checked e-mail address."""

from typing import Any

from django.db import migrations

from videojobs.models.jobs import rank_at

AT_ONCE = 1000


def fill(apps: Any, _schema_editor: Any) -> None:
    rank_jobs(apps.get_model("videojobs", "Job"))
    check_addresses(apps.get_model("videojobs", "User"), apps.get_model("account", "EmailAddress"))


def rank_jobs(job: Any) -> None:
    """Give each job the rank of its birth; only those still waiting are ever compared."""
    batch = []
    for row in job.objects.filter(state="waiting").only("id", "created_at").iterator(AT_ONCE):
        row.rank = rank_at(row.created_at)
        batch.append(row)
        if len(batch) == AT_ONCE:
            job.objects.bulk_update(batch, ["rank"])
            batch = []
    job.objects.bulk_update(batch, ["rank"])


def check_addresses(user: Any, address: Any) -> None:
    """Whoever handed out the account vouched for the address; nobody is locked out by a check that is new."""
    known = address.objects.values_list("user_id", flat=True)
    new = [
        address(user_id=person.pk, email=person.email, verified=True, primary=True)
        for person in user.objects.exclude(pk__in=known)
    ]
    address.objects.bulk_create(new, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("videojobs", "0007_one_queue_tables"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
