"""Asking somebody in, and coming in: what is said on both sides of a link."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.limits import PERIODS
from dashboard.forms.people import NewPersonForm, dress, focus, role_field
from dashboard.limiting import read_amount
from videojobs.invitations import MOST_DAYS, USUAL_DAYS, InvitationWish, Newcomer
from videojobs.models import Invitation, LimitPeriod, Project, Team
from videojobs.rights import Role


class InvitationForm(forms.Form):
    """Whom to ask in, as what, for which projects, with how much money, until when."""

    use_required_attribute = False

    email = forms.EmailField(
        label="E-mail", max_length=254, required=False, help_text="Then only this address may take it up."
    )
    role = forms.TypedChoiceField(label="Role", coerce=Role, choices=())
    days = forms.IntegerField(label="Good for, days", min_value=1, max_value=MOST_DAYS, initial=USUAL_DAYS)
    limit = forms.CharField(label="May spend, USD", max_length=40, required=False)
    period = forms.ChoiceField(label="Each", choices=PERIODS, initial=LimitPeriod.MONTH.value, required=False)
    projects: "forms.ModelMultipleChoiceField[Project]" = forms.ModelMultipleChoiceField(
        queryset=Project.objects.none(),
        label="Closed projects",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, team: Team, roles: list[Role]) -> None:
        # The Team page has another form with such names.
        super().__init__(data, auto_id="invite_%s")
        self.fields["role"] = role_field(roles)
        closed = team.projects.current().filter(is_open=False).order_by("name")
        cast(Any, self.fields["projects"]).queryset = closed
        dress(
            self,
            email={"autocomplete": "off"},
            limit={"class": "input input-number", "inputmode": "decimal", "autocomplete": "off"},
            days={"class": "input input-number", "inputmode": "numeric"},
        )
        self.fields["projects"].widget.attrs.pop("class")
        self.has_projects = closed.exists()

    def clean_limit(self) -> Any:
        """Read the amount, if there is one."""
        typed = self.cleaned_data["limit"].strip()
        try:
            return read_amount(typed) if typed else None
        except ValueError as error:
            raise ValidationError(f"{error}.") from error

    def wish(self) -> InvitationWish:
        """Return what was said in a valid form."""
        values = self.cleaned_data
        period = LimitPeriod(values["period"] or LimitPeriod.MONTH) if values["limit"] else None
        return InvitationWish(
            role=values["role"],
            email=values["email"].lower(),
            projects=tuple(values["projects"]),
            limit=values["limit"],
            period=period,
            days=values["days"],
        )


class JoinForm(NewPersonForm):
    """Who comes in, and with which password; the address is fixed where it was asked in."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        if invitation.email:
            del self.fields["email"]
        if not self.is_bound:
            focus(self, next(iter(self.fields)))

    @property
    def address(self) -> str:
        """The address it is for, or the one that was typed."""
        return str(self.invitation.email).lower() if self.invitation.email else super().address

    def newcomer(self) -> Newcomer:
        """Return who comes in."""
        return Newcomer(self.address, self.cleaned_data["name"], self.cleaned_data["password"])
