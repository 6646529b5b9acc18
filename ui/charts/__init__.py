"""Throughput and spend over the last minutes."""
