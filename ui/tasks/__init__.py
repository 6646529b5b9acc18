"""The table of tasks: an order the model owns, painted cells, a filter."""
