"""Log-ins: who is there, until when, and what guards the sockets."""
