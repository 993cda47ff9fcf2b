"""`gate board`: try a relay board by hand; the trial itself is hardware.boards.trial."""

import argparse
import sys

from gate.app.clock import SystemClock
from hardware.boards.board import BoardProtocol, BoardSettings
from hardware.boards.trial import Trial, TrialAction
from hardware.boards.trial import run as try_board


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the board, its frames shown on stdout."""
    action = TrialAction(options.action)
    if action is TrialAction.PULSE and not _agreed(options.channel):
        return 2
    trial = Trial(
        settings=BoardSettings(
            protocol=BoardProtocol(options.protocol),
            url=options.port,
            address=options.address,
            baud=options.baud,
            relays=options.relays,
            inputs=options.inputs,
            silent=options.silent,
            local_echo=options.local_echo,
        ),
        action=action,
        channel=getattr(options, "channel", 1),
        ms=getattr(options, "ms", 500),
    )
    return try_board(trial, print, SystemClock())


def _agreed(channel: int) -> bool:
    """Ask a person before something moves; a script has decided already."""
    if not sys.stdin.isatty():
        return True
    print(
        f"Relay {channel} will be energised: the arm may move. Is nobody under it? [y/N] ", end=""
    )
    return input().strip().lower() in {"y", "yes", "是"}
