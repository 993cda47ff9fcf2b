"""Changes of the registry: each with its author and history."""
