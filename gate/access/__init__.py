"""Who is let in: the decision, its explanation, and the registry held in memory for it."""
