"""Wires and devices: relay boards, inputs, arms, cameras. Knows no plate and no rule."""
