"""The command line: everything the window does but look. Loads no Qt; only `drover` and `drover demo` open a window."""
