"""What each kind of board is asked and told: one file per protocol, between codec and driver."""
