"""Runs tasks: supervisor, scheduler, one runner a task, deadlines, retries, recovery, change feed."""
