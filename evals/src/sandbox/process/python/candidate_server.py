"""Forks a candidate per sample. It never holds the text of a test, so nothing it forks can find any."""

import os
import resource
import socket
import struct
import sys

sys.path[:0] = ['/whetstone/python']

from server import cpu_seconds, limit, preload, settle, sweep

preload()

import candidate
from channel import channel

CONTROL = 3


def main(filter_descriptor, memory_bytes, processes, open_files, file_bytes):
    settle(filter_descriptor)
    control = socket.socket(fileno=CONTROL)
    control.setblocking(True)
    nowhere = os.open('/dev/null', os.O_RDWR)
    child = 0
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not request:
            # The driver's server is gone: so is everything here, with process 1.
            os._exit(0)
        if request == b'c':
            control.sendall(struct.pack('>d', cpu_seconds(child)))
            continue
        sweep()
        (end,) = descriptors
        child = os.fork()
        if child == 0:
            become_candidate(end, nowhere, (memory_bytes, processes, open_files, file_bytes))
        os.close(end)
        control.sendall(b'a')


def become_candidate(end, nowhere, limits):
    try:
        os.dup2(end, CONTROL)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.closerange(CONTROL + 1, 64)
        limit(*limits)
        candidate.serve(*channel(socket.socket(fileno=CONTROL)), limit_cpu)
    finally:
        os._exit(0)


def limit_cpu(seconds):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
