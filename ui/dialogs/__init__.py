"""Dialogs: opened with `open()` and answered by signals, never run in a loop of their own."""
