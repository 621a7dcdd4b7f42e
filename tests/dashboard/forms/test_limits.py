"""What a limit is on, as the form on the Spend page reads it."""

import pytest

from dashboard.forms.limits import LimitForm
from tests.factories import NOW, create_cast
from videojobs.models import Project

FORM = {"period": "month", "amount": "10.36", "action": "stop", "levels": "50, 80, 100"}


@pytest.mark.django_db
def test_a_chosen_project_is_meant_though_another_is_named_like_its_id() -> None:
    cast = create_cast()
    Project.objects.create(team=cast.team, name=str(cast.project.pk), created_at=NOW)
    form = LimitForm(FORM | {"what": f"project:{cast.project.pk}"}, team=cast.team)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["what"].project == cast.project
