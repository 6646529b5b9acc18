"""The results folder: answers and transcripts as files."""
