"""Which source an address names."""

from pathlib import Path

from hardware.cameras.frames import CameraSettings
from hardware.cameras.mjpeg import Mjpeg
from hardware.cameras.sources import Folder, Source
from hardware.cameras.stream import Stream, device_of
from hardware.cameras.video_file import Recording

__all__ = ["source_for"]


def source_for(settings: CameraSettings) -> Source:
    """Return the source that the address of the settings names."""
    scheme = settings.url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return Mjpeg(settings)
    if scheme in ("rtsp", "rtsps") or device_of(settings.url) is not None:
        return Stream(settings)
    return Folder(settings) if Path(settings.url).is_dir() else Recording(settings)
