"""Training of the second reader (EasyOCR's network)."""
