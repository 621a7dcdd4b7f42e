"""A project as a person describes it."""

from typing import Any, cast

from django import forms

from dashboard.forms.people import dress, words_field
from videojobs.models import Membership, Project, ProjectMember, Prompts, Team
from videojobs.projects import COLOURS, ProjectWish

PROMPTS = (
    (Prompts.VISIBLE.value, "Visible"),
    (Prompts.TITLES.value, "Titles only"),
    (Prompts.HIDDEN.value, "Hidden"),
)
CIRCLES = (("team", "The whole team"), ("members", "Only people below"))


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of a team's people, by their names."""

    def label_from_instance(self, member: Membership) -> str:
        """Call each by their name."""
        return str(member.user)


class ProjectForm(forms.Form):
    """Its name, client and colour; who is in it, and what they read of each other's prompts."""

    use_required_attribute = False

    name = words_field("Name", 120)
    client = words_field("Client", 120, required=False)
    colour = forms.ChoiceField(
        label="Colour",
        choices=[(colour, colour.capitalize()) for colour in COLOURS],
        initial="blue",
        widget=forms.RadioSelect,
    )
    is_open = forms.ChoiceField(
        label="Who may use it", choices=CIRCLES, initial="team", widget=forms.RadioSelect
    )
    members = PeopleField(
        queryset=Membership.objects.none(),
        label="People in it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Owners, admins and billing see every project anyway.",
    )
    prompts = forms.ChoiceField(
        label="Others’ prompts",
        choices=PROMPTS,
        initial=Prompts.VISIBLE.value,
        widget=forms.RadioSelect,
        help_text="One’s own are always there; owners and admins read all.",
    )

    def __init__(self, *args: Any, team: Team, is_default: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = team.memberships.select_related("user").order_by("user__name", "user__email")
        cast(PeopleField, self.fields["members"]).queryset = people
        if is_default:
            del self.fields["is_open"], self.fields["members"]
        dress(self, name={"autocomplete": "off"}, client={"autocomplete": "off"})
        for name in {"colour", "is_open", "members", "prompts"} & set(self.fields):
            self.fields[name].widget.attrs.pop("class")

    @classmethod
    def of(cls, project: Project, data: Any = None) -> "ProjectForm":
        """Return the form of a project there is, filled in as it stands.

        Where it is still open, those who sent jobs for it are ticked already, so that closing it shuts out
        nobody by accident.
        """
        inside = ProjectMember.objects.filter(project=project).values_list("membership", flat=True)
        senders = project.team.memberships.filter(user__jobs__project=project).distinct()
        initial = {
            "name": project.name,
            "client": project.client,
            "colour": project.colour,
            "is_open": "team" if project.is_open else "members",
            "members": list(senders.values_list("pk", flat=True) if project.is_open else inside),
            "prompts": project.prompts,
        }
        return cls(data, team=project.team, is_default=project.is_default, initial=initial)

    def wish(self) -> ProjectWish:
        """Return what was said in a valid form."""
        values = self.cleaned_data
        is_open = values.get("is_open", "team") == "team"
        return ProjectWish(
            name=values["name"],
            client=values["client"],
            colour=values["colour"],
            is_open=is_open,
            prompts=Prompts(values["prompts"]),
            members=() if is_open else tuple(values["members"]),
        )
