"""The pages of guards and managers."""
