"""One thread a wire: barriers served over the boards on it."""
