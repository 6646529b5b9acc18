"""What models cost: the person's own prices first, then Drover's list, then genai-prices. Unknown is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.cost.port import PriceBook, PriceOrigin, Quote
from engine.cost.price import Price
from engine.cost.price_list import Key
from engine.cost.public_prices import PUBLIC, public_names, public_price
from engine.domain.errors import DroverError, ErrorCode

FREE = Quote(price=Price(), price_list="free", origin=PriceOrigin.FREE)


def saved_a_token(prices: PriceBook, provider: str, model: str) -> int:
    """Return pico that a token read from a cache saves, in a short call and by the prices of today; 0 where unknown."""
    try:
        price = prices.quote(provider, model).price
    except DroverError:
        return 0
    return max(0, price.input - price.cached_input)


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """See `engine.cost.port.PriceBook`."""

    own: Mapping[Key, Quote] = field(default_factory=dict[Key, Quote])
    """The person's own prices and marks of "free"; (provider, "") holds for all of a provider's models."""
    listed: Mapping[Key, Quote] = field(default_factory=dict[Key, Quote])
    public: Callable[[str, str], Quote | None] = public_price
    names: Callable[[str], Sequence[str]] = public_names

    def quote(self, provider: str, model: str) -> Quote:
        """See `PriceBook`."""
        for found in self._found(provider, model):
            if found is not None:
                return found
        raise DroverError(ErrorCode.PRICE_UNKNOWN, f"{provider}/{model}"[:200])

    def beneath(self, provider: str, model: str) -> Quote | None:
        """Return what a model costs without a price of the person's own for it; None where nobody knows."""
        found = self._found(provider, model)
        next(found)
        return next((each for each in found if each is not None), None)

    def named(self, text: str) -> Iterator[Key]:
        """Go over the models with a price whose provider or name has this text, whatever its case; each once."""
        public = ((provider, model) for provider in PUBLIC for model in self.names(provider))
        wanted = text.casefold()
        for provider, model in dict.fromkeys((*self.own, *self.listed, *public)):
            if model and wanted in f"{provider}/{model}".casefold():
                yield provider, model

    def _found(self, provider: str, model: str) -> Iterator[Quote | None]:
        yield self.own.get((provider, model))
        yield self.own.get((provider, ""))
        yield self.listed.get((provider, model))
        yield self.public(provider, model)
