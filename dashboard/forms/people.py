"""What people say of themselves and of one another: sign-in, the first visit, members, tokens."""

from typing import Any, cast

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from videojobs.models import User
from videojobs.rights import Role
from videojobs.teams import NewOwner

ROLE_WORDS = {
    Role.OWNER: "Owner: everything",
    Role.ADMIN: "Admin: everything but owners",
    Role.BILLING: "Billing: sees and settles money",
    Role.MEMBER: "Member: sends jobs",
    Role.VIEWER: "Viewer: looks on",
}
RULES_FOR_PASSWORDS = "At least 8 characters; not a common one, not your name."


def dress(form: forms.Form, **attributes: dict[str, str]) -> None:
    """Give each input the site's look, and by field name what a browser should know of it."""
    for name, field in form.fields.items():
        plain = {key: value for key, value in field.widget.attrs.items() if key != "placeholder"}
        field.widget.attrs = plain | {"class": "input"} | attributes.get(name, {})


def focus(form: forms.Form, name: str) -> None:
    """Let the page open with the cursor in this field."""
    form.fields[name].widget.attrs["autofocus"] = True


def email_field() -> forms.EmailField:
    """Return a field for an e-mail address, lower-cased."""
    return forms.EmailField(label="E-mail", max_length=254)


def words_field(label: str, length: int, **options: Any) -> forms.CharField:
    """Return a field for a short name without control characters."""
    return forms.CharField(label=label, max_length=length, validators=[printable], **options)


def printable(value: str) -> None:
    """Refuse control characters."""
    ProhibitNullCharactersValidator()(value)
    if not value.isprintable():
        raise ValidationError("Leave out control characters and line breaks.")


class SignInForm(allauth.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail"
        self.fields["password"].help_text = ""
        dress(self, login={"autocomplete": "username"})
        focus(self, "password" if self.is_bound else "login")


class ForgottenPasswordForm(allauth.ResetPasswordForm):
    """Where to send the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        dress(self, email={"autocomplete": "username"})
        focus(self, "email")


class ChangePasswordForm(allauth.ChangePasswordForm):
    """The old one, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Current password"
        self.fields["oldpassword"].help_text = ""
        _word_passwords(self)
        dress(self)


class NewPasswordForm(allauth.ResetPasswordKeyForm):
    """A new password twice; and a name, from somebody who has none yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_passwords(self)
        if self.user is not None and not self.user.name:
            self.fields["name"] = words_field("Your name", 120)
            self.order_fields(["name"])
        dress(self, name={"autocomplete": "name"})

    def save(self) -> None:
        """Keep the name with the password."""
        if "name" in self.cleaned_data:
            self.user.name = self.cleaned_data["name"]
            self.user.save(update_fields=["name"])
        super().save()


def _word_passwords(form: forms.Form) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = RULES_FOR_PASSWORDS
    form.fields["password2"].label = "The same again"


class NewPersonForm(forms.Form):
    """Who somebody is, and the password they choose."""

    email = email_field()
    name = words_field("Your name", 120)
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput,
        help_text=RULES_FOR_PASSWORDS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(
            self,
            email={"autocomplete": "username"},
            name={"autocomplete": "name"},
            password={"autocomplete": "new-password"},
        )

    @property
    def address(self) -> str:
        """The address that was typed, or nothing."""
        return str(self.cleaned_data.get("email", ""))

    def clean_email(self) -> str:
        """Lower-case it: people are known by it whatever its case."""
        return cast(str, self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Hold the password to the rules, which look at name and e-mail too."""
        values = super().clean() or {}
        if "password" in values:
            person = User(email=self.address, name=values.get("name", ""))
            try:
                password_validation.validate_password(values["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return values


class WelcomeForm(NewPersonForm):
    """What the first visitor says: who they are, and their team's name."""

    team = words_field("Team", 120, help_text="Whose clips and whose bill. You can rename it later.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, team={"autocomplete": "organization"})
        if not self.is_bound:
            focus(self, "email")

    def wish(self) -> NewOwner:
        """Return what was said."""
        values = self.cleaned_data
        return NewOwner(values["email"], values["password"], team=values["team"], name=values["name"])


class MemberForm(forms.Form):
    """Whom to add, as what."""

    email = email_field()
    role = forms.TypedChoiceField(label="Role", coerce=Role, choices=(), initial=Role.MEMBER.value)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles)
        dress(self, email={"autocomplete": "off"})

    def clean_email(self) -> str:
        """Lower-case it."""
        return cast(str, self.cleaned_data["email"]).lower()


class RoleForm(forms.Form):
    """Which role a member is to have."""

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles)
        dress(self)


def role_field(roles: list[Role]) -> forms.TypedChoiceField:
    """Return a choice of the roles somebody may give."""
    choices = [(role.value, ROLE_WORDS[role]) for role in roles]
    return forms.TypedChoiceField(label="Role", coerce=Role, choices=choices, initial=Role.MEMBER.value)


class TeamForm(forms.Form):
    """What a team is called."""

    name = words_field("Team's name", 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, name={"autocomplete": "off"})
