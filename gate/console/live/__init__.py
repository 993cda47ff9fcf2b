"""The guard's pages: lanes, the queue, manual control, alarms, handover."""
