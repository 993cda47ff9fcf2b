"""Camera workers: one process a lane that reads plates, and the thread that watches over it."""
