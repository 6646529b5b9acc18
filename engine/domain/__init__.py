"""Pure values: what a task, a step, an attempt and an amount of money are. No I/O, no clock, no asyncio."""
