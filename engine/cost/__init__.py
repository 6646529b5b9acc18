"""What calls cost, and the ledger no budget is passed through."""
