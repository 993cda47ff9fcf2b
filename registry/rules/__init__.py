"""Who has which right: plates, standing, passes, occupancy. Pure."""
