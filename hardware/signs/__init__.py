"""LED signs, traffic lights and voice boards."""
