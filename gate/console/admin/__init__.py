"""Users, the own account, tokens, settings."""
