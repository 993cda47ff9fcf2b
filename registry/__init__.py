"""Who may enter: plates, households, vehicles, passes. Knows no image and no relay."""
