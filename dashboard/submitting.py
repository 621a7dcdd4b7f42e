"""From a wish to a job: the one way that form, REST and gateway share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from videojobs import bodies, lifecycle, offers, prices
from videojobs.bodies import BodyProblem, BodyRefused
from videojobs.catalog import Offer
from videojobs.models import Job, Project, ProviderAccount, Team, Token, User
from videojobs.provider.types import CreateVideoBody
from videojobs.rights import Right

MOST_NAMED = 3
"""So many people are named who may give a price; a team may have many."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, unchecked.

    `values` are the wire's own field names. `typed_price` is USD as typed, "" for none; it counts only from
    somebody who may give one (`may_type_price`). A model no catalogue lists is allowed to them, to a person
    at the form (`may_be_unlisted`), and where the team has a price for it on file.
    """

    values: Mapping[str, object]
    team: Team
    project: Project
    person: User
    token: Token | None = None
    press: lifecycle.Press | None = None
    typed_price: str = ""
    may_type_price: bool = False
    may_be_unlisted: bool = False
    retry_of: Job | None = None
    title: str = ""


@dataclass(frozen=True)
class Quote:
    """A checked body with its offer and price; `price` is None where a person must type one."""

    body: CreateVideoBody
    offer: Offer
    price: prices.Price | None


def quote(wish: Wish, account: ProviderAccount) -> Quote:
    """Check a wish and price it, storing nothing. Raises BodyRefused naming each field that is wrong."""
    offer = _offer(wish, account)
    body = bodies.build(wish.values, offer)
    if offer is None:  # build has refused every unknown model
        raise BodyRefused((_no_such_model(),))
    return Quote(body=body, offer=offer, price=_price(wish, body, offer))


def submit(wish: Wish, account: ProviderAccount, *, now: datetime) -> lifecycle.Created:
    """Make a job of a wish. The caller nudges the workers after the commit.

    Raises BodyRefused (nothing stored, nothing held) or lifecycle.KeyReused.
    """
    return lifecycle.create(order_of(wish, quote(wish, account)), account, now=now)


def order_of(wish: Wish, quoted: Quote) -> lifecycle.Order:
    """Return what the lifecycle makes a job of. Raises BodyRefused where there is no price."""
    if quoted.price is None:
        raise BodyRefused((_no_price(wish, quoted.offer),))
    if wish.project.archived_at is not None:
        message = (
            f"The project {wish.project} is archived and takes no jobs. Choose another, or use it again."
        )
        raise BodyRefused((BodyProblem("project", message, "archived"),))
    shape = bodies.describe(quoted.body, quoted.offer)
    return lifecycle.Order(
        team=wish.team,
        project=wish.project,
        person=wish.person,
        token=wish.token,
        press=wish.press,
        body=quoted.body,
        price=quoted.price,
        seconds=shape.seconds,
        size=shape.size,
        title=wish.title or (wish.retry_of.title if wish.retry_of else ""),
        retry_of=wish.retry_of,
        why=f"Retry of {wish.retry_of.id}." if wish.retry_of else "Asked for.",
        asked={"retry_of": wish.retry_of.id if wish.retry_of else None},
    )


def _offer(wish: Wish, account: ProviderAccount) -> Offer | None:
    model_id = wish.values.get("model")
    if not isinstance(model_id, str):
        return None
    listed = offers.find(wish.team, account, model_id)
    if listed is not None:
        return listed
    offer = offers.unlisted(wish.team, model_id)
    allowed = wish.may_type_price or wish.may_be_unlisted or offer.prices_on_file
    return offer if allowed else None


def _price(wish: Wish, body: CreateVideoBody, offer: Offer) -> prices.Price | None:
    if wish.typed_price and wish.may_type_price:
        try:
            return prices.typed(wish.typed_price)
        except ValueError as error:
            raise BodyRefused((BodyProblem("price", str(error), "price"),)) from error
    return offers.price(wish.team, body, offer)


def _no_price(wish: Wish, offer: Offer) -> BodyProblem:
    if wish.may_type_price:
        message = f"Nobody lists a price for {offer.model.name}. Type what this job may cost, in USD."
        return BodyProblem("price", message, "price_unknown")
    if wish.may_be_unlisted:
        message = f"Nobody lists a price for {offer.model.name}. {who_may_give_one(wish.team)} may give one."
        return BodyProblem("price", message, "price_unknown")
    message = f"Nobody lists a price for {offer.model.id}. Put one on file before scripts may use it."
    return BodyProblem("model", message, "price_unknown")


def who_may_give_one(team: Team) -> str:
    """Name the people of a team who may give a price: "Alice, Carol or Dora"."""
    members = (
        team.memberships.filter(user__is_active=True).select_related("user").order_by("created_at", "id")
    )
    names = [str(member.user) for member in members if member.may(Right.SET_PRICES)]
    if len(names) > MOST_NAMED:
        names = [*names[:MOST_NAMED], "another"]
    *others, last = names or ["Nobody in the team"]
    return f"{', '.join(others)} or {last}" if others else last


def _no_such_model() -> BodyProblem:
    return BodyProblem("model", "No such model. Choose one from the list of models.", "unknown_model")
