"""What each mechanism and each link between scales does: all off, one at a time."""
