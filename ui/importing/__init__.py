"""Import of a batch: what was found in a source, templates over its columns, what it becomes, what it costs."""
