"""The generator, the networks and their training; never imported by the running gate."""
