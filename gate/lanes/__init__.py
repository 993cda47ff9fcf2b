"""One lane at work: the pure machine, its thread, the evidence, the sign and manual control."""
