"""Small parts of the page: icons, wrappers with a body, choices, initials, marked words."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboard.templatetags import charts, money, states, times

register = template.Library()
for library in (charts, money, states, times):
    register.filters.update(library.register.filters)
    register.tags.update(library.register.tags)

AVATAR_HUES = 7


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite by name; hidden from screen readers, so a word must stand beside it."""
    classes = f"icon {css}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        classes,
        static("dashboard/icons.svg"),
        name,
    )


class WrapNode(template.Node):
    """Renders a component around what stands between the tags, given to it as `body`."""

    def __init__(
        self, path: FilterExpression, values: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.path = path
        self.values = values
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Render the body first, then the component with it."""
        values = {name: value.resolve(context) for name, value in self.values.items()}
        body = self.nodelist.render(context)
        engine = context.template.engine if context.template else template.Engine.get_default()
        component = engine.get_template(self.path.resolve(context))
        return component.render(context.new({**values, "body": body}))


@register.tag
def wrap(parser: Parser, token: Token) -> WrapNode:
    """`{% wrap "components/dialog.html" id="x" %}…{% endwrap %}`: a component with a body."""
    bits = token.split_contents()[1:]
    if not bits:
        raise template.TemplateSyntaxError("wrap takes a component's path first.")
    path = parser.compile_filter(bits.pop(0))
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"wrap does not understand {bits[0]!r}; write name=value.")
    nodelist = parser.parse(("endwrap",))
    parser.delete_first_token()
    return WrapNode(path, values, nodelist)


@dataclass(frozen=True)
class Option:
    """One of several choices. `why` says why it cannot be chosen; "" when it can."""

    value: str
    label: str
    chosen: bool = False
    why: str = ""
    id: str = ""


@dataclass(frozen=True)
class Choices:
    """One question with its options."""

    name: str
    label: str
    options: tuple[Option, ...]


@register.simple_tag
def choices(field: BoundField | str, name: str, label: str, options: Iterable[Option] | str) -> Choices:
    """Return the choices of a radio field, or the options as given where there is no field."""
    if not isinstance(field, BoundField):
        return Choices(name, label, tuple(option for option in options if isinstance(option, Option)))
    return Choices(field.html_name, label or str(field.label), tuple(map(option_of, field.subwidgets)))


def option_of(widget: BoundWidget) -> Option:
    """Read one radio button of a Django form; its `data-why` says why it cannot be chosen."""
    return Option(
        value=str(widget.data["value"]),
        label=str(widget.choice_label),
        chosen=bool(widget.data["selected"]),
        why=str(widget.data["attrs"].get("data-why", "")),
        id=str(widget.id_for_label),
    )


@dataclass(frozen=True)
class Box:
    """A rectangle inside a square of 36, for an SVG."""

    x: float
    y: float
    width: float
    height: float


@register.filter
def ratio_box(ratio: str, side: int = 30) -> Box:
    """Draw "16:9" or "1280x720" to scale, its longer side `side` units long."""
    wide, high = (int(number) for number in re.findall(r"\d+", ratio)[:2])
    shape = Fraction(wide, high)
    width = float(side if shape >= 1 else side * shape)
    height = float(side / shape if shape >= 1 else side)
    return Box(
        x=round((36 - width) / 2, 2),
        y=round((36 - height) / 2, 2),
        width=round(width, 2),
        height=round(height, 2),
    )


@register.filter
def avatar_hue(name: str) -> int:
    """Return one of seven hues for a person, the same every time."""
    return zlib.crc32(str(name).lower().encode()) % AVATAR_HUES + 1


@register.filter
def initials(name: str) -> str:
    """Return one or two letters that stand for a person or a maker."""
    words = re.findall(r"\w+", str(name).partition("@")[0])
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def highlight(text: str, words: str) -> SafeString:
    """Escape a text and mark every one of the searched words in it."""
    wanted = [re.escape(word) for word in words.split()]
    if not wanted:
        return conditional_escape(text)
    parts = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    marked = (
        format_html("<mark>{}</mark>", part) if odd else conditional_escape(part)
        for odd, part in ((index % 2, part) for index, part in enumerate(parts))
    )
    return mark_safe("".join(marked))  # noqa: S308  every part was escaped above


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changes: object) -> str:
    """Return this page's address with some of its query changed; None takes a key out."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"
