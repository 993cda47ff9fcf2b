"""Training of the reader: data, network, export, calibration."""
