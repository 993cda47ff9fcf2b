"""Tables of the registry and the types of their columns."""
