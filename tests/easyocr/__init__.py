"""Trials of the real EasyOCR, in an environment of its own: `make easyocr-test`."""
