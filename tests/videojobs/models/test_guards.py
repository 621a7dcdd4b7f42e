"""The database itself holds every rule the models name, after all migrations."""

import pytest
from django.apps import apps
from django.db import connection, models

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

OURS = list(apps.get_app_config("videojobs").get_models())


@pytest.mark.parametrize("model", OURS, ids=[model.__name__ for model in OURS])
def test_every_constraint_and_index_is_really_there(model: type[models.Model]) -> None:
    # Django drops partial unique indexes of a column together with the column's own index.
    with connection.cursor() as cursor:
        found = set(connection.introspection.get_constraints(cursor, model._meta.db_table))
    named = {rule.name for rule in [*model._meta.constraints, *model._meta.indexes]}
    assert named - found == set()
