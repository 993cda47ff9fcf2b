"""Which source an address names."""

from pathlib import Path

from hardware.camera_film import Recording
from hardware.camera_frames import CameraSettings
from hardware.camera_mjpeg import Mjpeg
from hardware.camera_sources import Folder, Source
from hardware.camera_stream import Stream, device_of

__all__ = ["source_for"]


def source_for(settings: CameraSettings) -> Source:
    """Return the source that the address of the settings names."""
    scheme = settings.url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return Mjpeg(settings)
    if scheme in ("rtsp", "rtsps") or device_of(settings.url) is not None:
        return Stream(settings)
    return Folder(settings) if Path(settings.url).is_dir() else Recording(settings)
