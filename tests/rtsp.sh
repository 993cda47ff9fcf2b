#!/bin/sh
# The tests of the cameras need a real RTSP server: GStreamer's, with an H.264 encoder and Debian's
# Python bindings. Installs them where apt is at hand and allowed; says what to install elsewhere.
set -eu
have_server() {
    /usr/bin/python3 - >/dev/null 2>&1 <<'PYTHON'
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstApp, GstRtspServer
Gst.init(None)
needed = "x264enc rtph264pay h264parse souphttpsrc multipartdemux jpegdec appsrc videotestsrc"
assert all(Gst.ElementFactory.find(name) for name in needed.split())
PYTHON
}
have_server && exit 0
packages="python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0
gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
if command -v apt-get >/dev/null 2>&1; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    $root apt-get update -qq
    # shellcheck disable=SC2086 - a list of names
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $packages >/dev/null
    have_server && exit 0
fi
echo "The tests of the cameras need GStreamer's RTSP server: install these packages (Debian's" >&2
echo "names) and run the command again:" $packages >&2
exit 1
