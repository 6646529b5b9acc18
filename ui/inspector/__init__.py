"""What one task is doing and has done: result, steps, log, settings."""
