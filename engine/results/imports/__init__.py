"""Imports: a file, a folder or lines become a sheet, a sheet and templates become tasks. Nothing is created here."""
