"""How a task chooses its next prompt and knows that it is done."""
