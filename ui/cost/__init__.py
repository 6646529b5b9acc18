"""Meters of money: a task's budget, today's spend."""
