"""A language model on this computer: a child process with llama.cpp's server, watched, and a provider over it."""
