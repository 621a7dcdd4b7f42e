"""All components on one page, in both themes, with data that could be real. Under DEBUG only."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.context import Frame, Place
from dashboard.templatetags.charts import Chart, Day, Key
from dashboard.templatetags.ui import Option
from videojobs import catalog
from videojobs.models.accounts import ProviderAccount
from videojobs.models.events import JobEvent
from videojobs.models.jobs import Job
from videojobs.models.notices import Notice
from videojobs.models.people import User
from videojobs.models.teams import Membership, Team
from videojobs.reports import Counts
from videojobs.rights import Role
from videojobs.states import ENDED, State

SECTIONS = (
    "foundations",
    "buttons",
    "forms",
    "choices",
    "models",
    "states",
    "jobs",
    "clips",
    "money",
    "lists",
    "words",
)
BOAT = "A paper boat drifts down a rain gutter at dusk, slow dolly, shallow focus"
DUNES = "Lone walker crosses the dunes at noon, heat shimmer, locked-off wide shot on 65 mm"
KITCHEN = "Basil on a kitchen sill, morning light through linen, handheld, nine by sixteen"
TRAM = "A red tram waits at the last stop after midnight, rain on the window, sodium light"
ALICE = User(pk=1, email="alice@example.org", name="Alice")
BOB = User(pk=2, email="bob@example.org", name="Bob")
CHARLIE = User(pk=3, email="charlie@example.org", name="Charlie")


class SampleForm(forms.Form):
    """Fields in each of their moods."""

    prompt = forms.CharField(
        widget=forms.Textarea(attrs={"class": "input input-prompt", "maxlength": 3000, "data-counter": ""}),
        help_text="Say what is seen, how the camera moves, and the light.",
    )
    seed = forms.IntegerField(required=False, widget=forms.NumberInput(attrs={"class": "input input-number"}))
    project = forms.ChoiceField(
        choices=[("1", "Launch film"), ("2", "Autumn idents")], widget=forms.Select(attrs={"class": "input"})
    )
    first_frame = forms.URLField(
        label="First frame",
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "input", "placeholder": "https://"}),
        help_text="An https address of a picture.",
    )
    sound = forms.BooleanField(label="Make sound with the picture", required=False)
    people = forms.MultipleChoiceField(
        label="In the project",
        required=False,
        choices=[("1", "Alice"), ("2", "Bob")],
        widget=forms.CheckboxSelectMultiple,
    )


class SampleFrame(Frame):
    """A frame as a member sees it on a busy day."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.team = Team(name="Harbour", slug="harbour")
        self.membership = Membership(team=self.team, user=ALICE, role=Role.OWNER)

    @property
    def person(self) -> User:
        """Alice looks at it."""
        return ALICE

    @property
    def rehearsal(self) -> bool:
        """Both ways can be looked at."""
        return "live" not in self.request.GET

    @property
    def live(self) -> bool:
        """Nothing happens to samples."""
        return False

    @cached_property
    def tightest(self) -> None:
        """No limit is set on samples."""

    @cached_property
    def places(self) -> list[Place]:
        """Places that lead nowhere."""
        names = (("create", "Create", "clapperboard"), ("queue", "Queue", "list-video"))
        more = (("gallery", "Gallery", "layout-grid"), ("spend", "Spend", "wallet"))
        return [
            Place(name, label, icon, "#", current="page" if name == "gallery" else "")
            for name, label, icon in names + more
        ]

    @cached_property
    def keeping(self) -> list[Place]:
        """Places at the rail's foot."""
        return [Place("team", "Team", "users", "#"), Place("tokens", "API tokens", "key-round", "#")]

    @cached_property
    def counts(self) -> Counts:
        """A busy afternoon."""
        return Counts(running=3, waiting=14, waiting_mine=4, deciding=0, open=17, open_mine=5)

    @cached_property
    def notices(self) -> list[Notice]:
        """Two things to be told."""
        now = timezone.now()
        texts = ("Your clip is ready: " + BOAT[:32] + "…", "One job is unconfirmed and waits for a decision.")
        return [
            Notice(text=text, at=now - timedelta(minutes=7 * number)) for number, text in enumerate(texts, 1)
        ]

    @cached_property
    def spent(self) -> Decimal:
        """The month so far."""
        return Decimal("128.46")


def sample_job(
    state: State, prompt: str, person: User, *, age: int, live: bool = True, **values: object
) -> Job:
    """Make an unsaved job of that state, `age` seconds old."""
    now = timezone.now()
    job = Job(
        state=state, prompt=prompt, person=person, model="minimax/hailuo-02", size="1366x768", seconds=10
    )
    job.account = ProviderAccount(kind="live" if live else "rehearsal")
    job.created_at = now - timedelta(seconds=age)
    job.accepted_at = None if state is State.WAITING else now - timedelta(seconds=age - 6)
    job.estimate = job.held = Decimal("0.49")
    job.estimate_source, job.charged_why = "table", "Nothing is charged before the provider takes it."
    job.estimate_explanation = "Hailuo 02, 768p, 10 s: $0.49 a clip by the price list of 7 Oct 2026."
    if state is State.COMPLETED:
        job.cost, job.held, job.charged, job.charged_why = (
            job.estimate,
            Decimal(0),
            "yes",
            "Reported by the provider.",
        )
    elif state in (State.FAILED, State.CANCELLED):
        job.held, job.charged, job.charged_why = Decimal(0), "no", "The provider refused it before any work."
    elif state in ENDED:
        job.charged, job.charged_why = "unknown", "The provider took it and then lost sight of it."
    for name, value in values.items():
        setattr(job, name, value)
    return job


def clips() -> list[dict[str, object]]:
    """Tiles of a gallery: three kept, one on its way, one that failed, one in rehearsal."""
    kept: tuple[tuple[str, User, str, dict[str, Any]], ...] = (
        (BOAT, ALICE, "boat", {}),
        (TRAM, BOB, "tram", {"model": "ByteDance/Seedance-1.0-pro", "cost": Decimal("0.57"), "seconds": 5}),
        (
            KITCHEN,
            CHARLIE,
            "kitchen",
            {"model": "google/veo-3.1", "size": "720x1280", "seconds": 8, "cost": Decimal("0.64")},
        ),
        (DUNES, ALICE, "dunes", {"live": False}),
    )
    tiles: list[dict[str, object]] = [
        {
            "job": sample_job(State.COMPLETED, prompt, person, age=4000 * (place + 1), **values),
            "poster": static(f"dashboard/samples/{name}.svg"),
        }
        for place, (prompt, person, name, values) in enumerate(kept)
    ]
    running: dict[str, object] = {"job": sample_job(State.IN_PROGRESS, DUNES, BOB, age=64)}
    return [running, *tiles, {"job": sample_job(State.FAILED, TRAM, CHARLIE, age=90_000)}]


def chart() -> Chart:
    """A month of spending: quiet weekends, one big day, today unfinished."""
    first = datetime(2026, 10, 26, tzinfo=UTC).date()
    amounts = (3, 5, 4, 7, 6, 0, 1, 8, 6, 9, 12, 7, 1, 0, 6, 11, 24, 9, 8, 2, 0, 7, 9, 13, 10, 8, 1, 2, 5)
    days = tuple(
        Day(
            day=first + timedelta(days=place),
            amounts=(
                Decimal(number) * Decimal("0.57"),
                Decimal(number % 5) * Decimal("0.49"),
                Decimal(number % 3),
            ),
            url="#",
            unfinished=place == len(amounts) - 1,
        )
        for place, number in enumerate(amounts)
    )
    names = ("Hailuo 02", "Seedance 1.0 pro", "Veo 3.1")
    totals = [sum((day.amounts[place] for day in days), Decimal(0)) for place in range(len(names))]
    keys = (
        Key(place + 1, name, total) for place, (name, total) in enumerate(zip(names, totals, strict=True))
    )
    return Chart(days, tuple(keys))


def events() -> list[JobEvent]:
    """The timeline of a clip that was made."""
    start = timezone.now() - timedelta(minutes=4)
    steps = (
        (0, State.WAITING, "Asked for; $0.49 held."),
        (1.4, State.SENDING, "Its turn."),
        (2.1, State.QUEUED, "Taken by the provider as vid_7Qm2."),
        (9, State.IN_PROGRESS, "The provider started it."),
        (103, State.STORING, "Done at the provider; $0.49 charged."),
        (106, State.COMPLETED, "Kept: 8.4 MB, 10.0 s, 1366×768."),
    )
    return [
        JobEvent(at=start + timedelta(seconds=after), to_state=state, why=why) for after, state, why in steps
    ]


FACTS = (
    {"label": "Model", "text": "Hailuo 02"},
    {"label": "Prompt", "text": BOAT, "copy": True},
    {"label": "Size", "text": "1366×768, 25 frames a second"},
    {"label": "Seed", "text": "2147483647", "mono": True, "copy": True},
    {"label": "Provider's id", "text": "vid_7Qm2xK81", "mono": True, "copy": True},
)
RATIOS = tuple(
    Option(ratio, ratio, ratio == "16:9") for ratio in ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
)
LENGTHS = (
    Option("5", "5 s", chosen=True),
    Option("8", "8 s"),
    Option("10", "10 s", why="Hailuo 02 makes 10 s at 768p only."),
)
MORE_LINKS = tuple(
    {"label": label, "url": "#", "current": place == 0, "count": count}
    for place, (label, count) in enumerate((("Mine", 5), ("Everyone", 17)))
)
TABS = tuple(
    {"label": label, "url": "#", "current": label == "Settings", "count": 0}
    for label in ("Settings", "Money", "Timeline", "Files", "Raw")
)
MODELS = ("minimax/hailuo-02", "ByteDance/Seedance-2.0", "google/veo-3.1", "kwaivgI/kling-2.1-master")


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component, light beside dark."""
    values = {"prompt": BOAT, "seed": "41", "project": "1", "first_frame": "boat"}
    looks = [
        (theme, SampleForm({f"{theme}-{name}": value for name, value in values.items()}, prefix=theme))
        for theme in ("light", "dark")
    ]
    return TemplateResponse(
        request,
        "styleguide/index.html",
        {
            "frame": SampleFrame(request),
            "sections": SECTIONS,
            "looks": looks,
            "states": [(state.value, state) for state in State],
            "running": sample_job(State.IN_PROGRESS, BOAT, ALICE, age=64),
            "slow": sample_job(State.QUEUED, TRAM, BOB, age=260, live=False, estimate_source="guess"),
            "storing": sample_job(State.STORING, DUNES, CHARLIE, age=118),
            "waiting": [
                sample_job(State.WAITING, prompt, person, age=age)
                for prompt, person, age in ((DUNES, ALICE, 40), (KITCHEN, BOB, 95), (TRAM, CHARLIE, 600))
            ],
            "unconfirmed": sample_job(State.UNCONFIRMED, TRAM, BOB, age=900),
            "done": sample_job(State.COMPLETED, BOAT, ALICE, age=3000),
            "lost": sample_job(State.LOST, KITCHEN, CHARLIE, age=90_000),
            "clips": clips(),
            "models": [model for model in map(catalog.find, MODELS) if model],
            "chart": chart(),
            "events": events(),
            "facts": FACTS,
            "ratios": RATIOS,
            "lengths": LENGTHS,
            "links": MORE_LINKS,
            "tabs": TABS,
            "poster": static("dashboard/samples/boat.svg"),
            "amount": Decimal("0.49"),
            "dear": Decimal("1.96"),
        },
    )
