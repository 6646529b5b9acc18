"""An OpenAI-compatible server on loopback with seeded speed, length, usage, prices and faults.

It is a provider like any other, over the same HTTP path: for trying Drover without a model, and for proving it.
"""
