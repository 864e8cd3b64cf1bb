"""Children that do not outlive their parent, however it ends."""

import ctypes
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1


def die_with_parent() -> None:
    """For `Popen(preexec_fn=...)`: the kernel kills the child when the starting thread ends. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
