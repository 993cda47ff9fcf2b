"""The demo site: cameras, boards, arms and cars that exist only on this machine."""
