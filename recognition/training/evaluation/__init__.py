"""What is measured of the networks, and the reports of it."""
