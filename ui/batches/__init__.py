"""A batch that is there: how far it is, its results as a table, its failed tasks tried again."""
