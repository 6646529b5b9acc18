"""What stands between a task and a provider: how much at once, how much a minute, in whose turn, and whether at all.

Pure but for `gate`: time is passed in, nothing waits. `lane` joins what holds for one model of a provider
(`concurrency`, `latency`, `minute`, `reported`), `host` what holds for the provider (`circuit`, its key, its own
slots) and the lines of those who wait (`line`); `gate` is where tasks wait.
"""
