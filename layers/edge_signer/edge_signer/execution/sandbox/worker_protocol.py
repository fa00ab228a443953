"""What a worker, the zygote that forks it and the parent of both have agreed on."""

from __future__ import annotations

import struct

# A worker's descriptors.
STREAMS = STDIN, STDOUT, STDERR = 0, 1, 2
CONTROL = 3
# Exit statuses of a worker: a fault of its program, and of the host that will not confine it.
FAILED = 70
NOT_CONFINED = 71
# What the zygote sends: with a worker, or in its place; when it has ended, as waitpid(2) has it.
PID = struct.Struct("=i")
NOT_FORKED = PID.pack(0)
STATUS = struct.Struct("=i")
