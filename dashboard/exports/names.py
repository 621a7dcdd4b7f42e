"""Names by id, each asked for once: a million rows know few people and projects, and need no join."""

from collections.abc import Callable

from videojobs.models import Project, ProviderAccount, Token, User


class Known(dict[int | None, str]):
    """Remembers what was found; nobody's name is the empty text."""

    def __init__(self, find: Callable[[int], str]) -> None:
        super().__init__({None: ""})
        self._find = find

    def __missing__(self, key: int | None) -> str:
        found = self[key] = self._find(key) if key is not None else ""
        return found


class Names:
    """The names one export needs."""

    def __init__(self) -> None:
        self.person = Known(lambda key: User.objects.get(pk=key).email)
        self.project = Known(lambda key: Project.objects.get(pk=key).name)
        self.token = Known(lambda key: Token.objects.get(pk=key).name)
        self.account = Known(lambda key: str(ProviderAccount.objects.get(pk=key).base_url))
        self.money = Known(lambda key: str(ProviderAccount.objects.get(pk=key).kind))
