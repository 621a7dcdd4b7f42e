"""REST: the models on offer, with limits and prices."""

from ninja import Router

from dashboard.api.schemas import FiledPriceOut, LimitsOut, ModelList, ModelOut, PriceOut, Refusal
from dashboard.api.tokens import ApiRequest
from videojobs import offers
from videojobs.catalog import CatalogModel, FiledPrice, ListPrice, Offer

router = Router(tags=["models"])


@router.get("/models", response={200: ModelList, frozenset({401, 403}): Refusal})
def list_models(request: ApiRequest) -> ModelList:
    """List the whole catalogue with limits and prices, models on offer first."""
    found = offers.for_team(request.auth.team, request.auth.team.provider_account)
    return ModelList(models=[_model(offer) for offer in found])


def _model(offer: Offer) -> ModelOut:
    model = offer.model
    return ModelOut(
        id=model.id,
        name=model.name,
        maker=model.maker,
        enabled=model.enabled,
        why_off=model.why_off or None,
        gone_since=offer.gone_since,
        note=model.note,
        verified_on=model.verified_on,
        source=model.source,
        price_known=bool(model.prices) or offer.price_on_file is not None,
        prices=[_price(line) for line in model.prices],
        price_on_file=_filed(offer.price_on_file) if offer.price_on_file else None,
        limits=_limits(model),
    )


def _price(line: ListPrice) -> PriceOut:
    return PriceOut(
        usd=line.usd,
        per=line.unit.value,
        resolution=line.resolution or None,
        certain=line.certain,
        note=line.note,
    )


def _filed(filed: FiledPrice) -> FiledPriceOut:
    return FiledPriceOut(usd=filed.usd, per=filed.unit.value, set_on=filed.set_on, set_by=filed.set_by)


def _limits(model: CatalogModel) -> LimitsOut:
    return LimitsOut(
        seconds=list(model.seconds),
        seconds_default=model.seconds_default,
        seconds_longest=model.longest_seconds,
        sizes=[f"{size.width}x{size.height}" for size in model.sizes],
        resolutions=list(model.resolutions),
        ratios=list(model.ratios),
        fps=list(model.fps),
        takes_prompt=model.takes_prompt,
        prompt_shortest=model.prompt_shortest,
        prompt_longest=model.prompt_longest,
        takes_negative_prompt=model.takes_negative_prompt,
        first_frame=model.first_frame,
        last_frame=model.last_frame,
        needs_frame=model.needs_frame or model.needs_first_frame,
        reference_images=model.reference_images,
        reference_videos=model.reference_videos,
        reference_audios=model.reference_audios,
        needs_reference=model.needs_reference,
        needs_source_video=model.needs_source_video,
        sound=model.sound.value,
    )
