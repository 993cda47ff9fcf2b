"""Who is inside: the list, overstays, corrections."""
