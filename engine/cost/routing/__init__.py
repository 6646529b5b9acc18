"""Which model takes a step: the cheapest way to the same result, decided on values alone."""
