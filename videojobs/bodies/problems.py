"""What is wrong with a wish for a video, said so that a person can put it right."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BodyProblem:
    """One thing wrong.

    `field` is the wire's name, such as "seconds" or "media.frame_images.0.input_image". `message` is a
    sentence for people with the remedy in it. `code` is a stable word for programs.
    """

    field: str
    message: str
    code: str

    @property
    def place(self) -> str:
        """The field a page shows it beside: no "media.", no list positions."""
        parts = self.field.removeprefix("media.").split(".")
        return ".".join(parts) if parts[0] == "settings" else parts[0]


class BodyRefused(Exception):
    """A wish that cannot be sent; `problems` names everything wrong with it, not only the first."""

    def __init__(self, problems: tuple[BodyProblem, ...]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass
class Problems:
    """Collects what is wrong with one wish."""

    found: list[BodyProblem] = field(default_factory=list)

    def add(self, field: str, message: str, code: str) -> None:
        """Note one problem, once."""
        problem = BodyProblem(field, message, code)
        if problem not in self.found:
            self.found.append(problem)

    def touch(self, name: str) -> bool:
        """Whether something is already wrong at or under this field, wherever it stands."""
        return any(name in {problem.place, problem.field} for problem in self.found)


def either(choices: list[str]) -> str:
    """Return "a, b or c"."""
    if len(choices) < 2:
        return "".join(choices)
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def span(numbers: tuple[int, ...]) -> str:
    """Return "4, 6 or 8", or "2 to 15" for a run without gaps."""
    if len(numbers) > 3 and list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return either([str(number) for number in numbers])
