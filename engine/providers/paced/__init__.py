"""A transport of our own behind `httpx.AsyncBaseTransport`: carries ten thousand streams by reading them in turns."""
