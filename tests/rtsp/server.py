"""An RTSP camera in a process of its own: /usr/bin/python3 tests/rtsp/server.py --port 8554 …

GStreamer's RTSP server with a real H.264 encoder, so what a client gets is what a network camera
sends: groups of pictures, RTP, RTCP, Digest or Basic log-ins. It shows a moving test picture, or
turns the MJPEG of an emulated camera (--from URL) into a stream. Runs under the system's Python,
which has Debian's bindings; it imports nothing of this project.

One line of JSON says when it serves; then standard input takes one order a line:

    live        pictures as they come          frozen      the encoder gets the last one again
    black       a covered lens                 white       a blinded one
    garbage     bytes no decoder understands   silent      the session stays, nothing comes
    quit        end, as does the end of standard input

It prints {"client": ADDRESS} for every connection that is made to it.
"""

import argparse
import json
import random
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

MODES = ("live", "frozen", "black", "white", "garbage", "silent")
PATH = "/Streaming/Channels/101"
"""As on the cameras of the largest maker."""
CLOCK = 16
"""Pixels of the square that changes in a still picture: too small for a motion."""
CELL, BITS = 16, 32
"""Pixels and number of the squares that tell the millisecond of the machine's monotonic clock."""


def say(**words):
    print(json.dumps(words), flush=True)


def running_time(element):
    clock = element.get_clock()
    return clock.get_time() - element.get_base_time() if clock else 0


class Encoder:
    """Pictures in, H.264 access units out, spoiled on the way as the mode says."""

    def __init__(self, options):
        self.mode, self.fps = "live", options.fps
        self._size = options.width, options.height
        self._luma = options.width * options.height
        self._ticks, self._tick = options.pattern == "still", 0
        self._tells = options.pattern == "time"
        self._picture = bytes([90]) * self._luma + bytes([128]) * (self._luma // 2)
        self._outlets = []
        self._lock = threading.Lock()
        raw = f"video/x-raw,format=I420,width={options.width},height={options.height}"
        known = {"still": "smpte75", "time": "smpte75"}
        pattern = known.get(options.pattern, options.pattern)
        rate = "" if options.origin else f",framerate={options.fps}/1"
        source = (
            f"souphttpsrc location={options.origin} is-live=true ! multipartdemux ! image/jpeg"
            " ! jpegdec ! videoconvert ! videoscale"
            if options.origin
            else f"videotestsrc is-live=true pattern={pattern} background-color=0xff808080"
            " ! videoconvert ! videorate"
        )
        self._camera = Gst.parse_launch(
            f"{source} ! {raw}{rate} ! appsink name=out emit-signals=true sync=false max-buffers=2"
            " drop=true"
        )
        self._camera.get_by_name("out").connect("new-sample", self._seen)
        self._coder = Gst.parse_launch(
            f"appsrc name=in is-live=true do-timestamp=true format=time caps={raw},"
            f"framerate={options.fps}/1 ! x264enc tune=zerolatency speed-preset=ultrafast"
            f" bitrate={options.kbps} key-int-max={options.gop} ! video/x-h264,"
            "stream-format=byte-stream,alignment=au ! appsink name=out emit-signals=true"
            " sync=false"
        )
        self._in = self._coder.get_by_name("in")
        self._coder.get_by_name("out").connect("new-sample", self._coded)
        self._dice = random.Random(4)

    def start(self):
        self._camera.set_state(Gst.State.PLAYING)
        self._coder.set_state(Gst.State.PLAYING)
        GLib.timeout_add(1000 // self.fps, self._push)

    def serve(self, outlet):
        with self._lock:
            self._outlets.append(outlet)

    def _seen(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        if self.mode != "frozen":
            self._picture = buffer.extract_dup(0, buffer.get_size())
        return Gst.FlowReturn.OK

    def _push(self):
        level = {"black": 16, "white": 250}.get(self.mode)
        picture = self._picture if not self._ticks or self.mode != "live" else self._ticked()
        if self._tells:
            picture = self._told(picture)
        if level is not None:
            picture = bytes([level]) * self._luma + bytes([128]) * (self._luma // 2)
        self._in.emit("push-buffer", Gst.Buffer.new_wrapped(picture))
        return True

    def _ticked(self):
        """A still picture as a camera sends it: the clock in its corner goes on."""
        self._tick += 1
        picture, width = bytearray(self._picture), self._size[0]
        for row in range(CLOCK):
            picture[row * width : row * width + CLOCK] = bytes([60 + 8 * (self._tick % 16)]) * CLOCK
        return bytes(picture)

    def _told(self, picture):
        """The picture with the present millisecond in its upper left, black 0 and white 1."""
        now, width = time.monotonic_ns() // 1_000_000, self._size[0]
        row = b"".join(bytes([235 if now >> n & 1 else 16]) * CELL for n in range(BITS))
        told = bytearray(picture)
        for line in range(CELL):
            told[line * width : line * width + len(row)] = row
        return bytes(told)

    def _coded(self, sink):
        sample = sink.emit("pull-sample")
        buffer = sample.get_buffer()
        unit = buffer.extract_dup(0, buffer.get_size())
        if self.mode == "silent":
            return Gst.FlowReturn.OK
        if self.mode == "garbage":
            unit = b"\0\0\0\1\x65" + self._dice.randbytes(max(200, len(unit)))
        taken = sample.get_segment().to_running_time(Gst.Format.TIME, buffer.pts)
        age = max(0, running_time(self._in) - taken)
        with self._lock:
            outlets = list(self._outlets)
        for outlet in outlets:
            fresh = Gst.Buffer.new_wrapped(unit)
            fresh.pts = max(0, running_time(outlet) - age)
            if outlet.emit("push-buffer", fresh) != Gst.FlowReturn.OK:
                with self._lock:
                    self._outlets.remove(outlet)
        return Gst.FlowReturn.OK


def factory_of(encoder):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        "( appsrc name=in is-live=true format=time"
        " caps=video/x-h264,stream-format=byte-stream,alignment=au"
        " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
    )
    factory.set_shared(True)

    def configure(_, media):
        bin_ = media.get_element()
        encoder.serve(bin_.get_by_name_recurse_up("in"))

    factory.connect("media-configure", configure)
    return factory


def protect(server, factory, user, password, scheme):
    """Let in who knows the password, by Digest (as cameras ask) or Basic."""
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    role = GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE
    token.set_string(role, "viewer")
    if scheme == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    rights = "media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    factory.add_role_from_structure(Gst.Structure.from_string(f"viewer, {rights}")[0])
    server.set_auth(auth)


def obey(encoder, loop):
    for line in sys.stdin:
        word = line.strip()
        if word == "quit":
            break
        if word in MODES:
            encoder.mode = word
            say(mode=word)
    loop.quit()


def main():
    asks = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asks.add_argument("--port", default="0")
    asks.add_argument("--from", dest="origin", default="")
    asks.add_argument("--pattern", default="ball")
    asks.add_argument("--width", type=int, default=640)
    asks.add_argument("--height", type=int, default=360)
    asks.add_argument("--fps", type=int, default=10)
    asks.add_argument("--gop", type=int, default=20)
    asks.add_argument("--kbps", type=int, default=2000)
    asks.add_argument("--user", default="")
    asks.add_argument("--password", default="")
    asks.add_argument("--scheme", choices=["digest", "basic"], default="digest")
    options = asks.parse_args()
    Gst.init(None)
    Gst.Sample.get_buffer, Gst.Buffer.extract_dup  # noqa: B018 - loaded before threads need them
    encoder, loop = Encoder(options), GLib.MainLoop()
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=options.port)
    factory = factory_of(encoder)
    if options.user:
        protect(server, factory, options.user, options.password, options.scheme)
    server.get_mount_points().add_factory(PATH, factory)
    server.connect("client-connected", lambda _, one: say(client=one.get_connection().get_ip()))
    if not server.attach(None):
        sys.exit(f"port {options.port} is taken")
    encoder.start()
    say(port=server.get_bound_port(), path=PATH)
    threading.Thread(target=obey, args=(encoder, loop), daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
