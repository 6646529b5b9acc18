"""What is done about damage: found, copied aside, cut back to the last good point, and told."""
