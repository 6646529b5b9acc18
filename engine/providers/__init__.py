"""Ways to models: transport, event-stream parser, OpenAI-compatible chat, local model."""
