"""What a token costs, by its kind and by how long the input of its call is: exact integers of pico, decided on values.

A provider that asks more of long contexts asks it of the whole call: past the threshold every token has other rates. So
a bound takes the dearest rates that a call of its length can meet, and a cost those that it did meet.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Pico a token."""

    input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    """Of input that the provider put into its cache."""
    output: int = 0
    reasoning: int = 0
    longer: tuple[Longer, ...] = ()
    """Rates of longer calls, the shortest of them first."""

    def at(self, input_tokens: int) -> Price:
        """Return the rates of a call with so much input."""
        met = [each.price for each in self.longer if input_tokens > each.above]
        return met[-1] if met else self

    def up_to(self, input_tokens: int) -> Price:
        """Return the dearest rate of each kind that a call with at most so much input can meet, as one price."""
        if not self.longer:
            return self
        met = [self, *(each.price for each in self.longer if input_tokens > each.above)]
        return Price(
            input=max(each.input for each in met),
            cached_input=max(each.cached_input for each in met),
            cache_write=max(each.cache_write for each in met),
            output=max(each.output for each in met),
            reasoning=max(each.reasoning for each in met),
        )

    def worst(self, input_tokens: int, output_tokens: int) -> int:
        """Pico that a call can cost at most, given bounds of its tokens."""
        rates = self.up_to(input_tokens)
        dearest_in = max(rates.input, rates.cached_input, rates.cache_write)
        return input_tokens * dearest_in + output_tokens * max(rates.output, rates.reasoning)

    def cost(self, usage: Usage) -> int:
        """Pico of a call by its reported usage."""
        rates = self.at(usage.input)
        return (
            (usage.input - usage.cached - usage.written) * rates.input
            + usage.cached * rates.cached_input
            + usage.written * rates.cache_write
            + (usage.output - usage.reasoning) * rates.output
            + usage.reasoning * rates.reasoning
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Longer:
    """Rates of every token of a call whose input is above so many tokens."""

    above: int
    price: Price
