"""A real RTSP camera for tests: Debian's GStreamer RTSP server, H.264 over TCP and UDP."""
