"""Forks a driver per sample and says the verdict, a line of JSON per line of JSON.

A sample is judged by its processor time, the tests' included: a busy host does not spend it. Who sleeps or waits spends
none, so that sleeping several times as long ends it as well: wall time, less what it computed and what it stood in line
for a processor, which the harness is asked for, since only the host can tell. It then tells the processor time of all that
the sample forked, too. Last, no sample takes longer than a wall
limit of many times as much.
"""

import gc
import json
import math
import os
import select
import signal
import socket
import struct
import sys
import time

sys.path[:0] = ['/whetstone/python']

from server import cpu_seconds, limit, preload, settle, sweep

preload()

import driver
from channel import channel

CONTROL = 3

# The candidate's server answers at once unless something in its jail cannot be killed: then the pair is given up.
ACKNOWLEDGE_SECONDS = 30
IDLE_FACTOR = 4
IDLE_LEAST_SECONDS = 2
WALL_FACTOR = 20
WALL_LEAST_SECONDS = 30


def main(filter_descriptor, memory_bytes):
    settle(filter_descriptor)
    gc.disable()
    jobs, verdicts = os.fdopen(os.dup(0), 'rb'), os.dup(1)
    nowhere = os.open('/dev/null', os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    control = socket.socket(fileno=CONTROL)
    control.settimeout(ACKNOWLEDGE_SECONDS)
    os.write(verdicts, b'{"ready":true}\n')
    candidate = next_candidate(control)
    host = Host(jobs, verdicts)
    for line in jobs:
        job = json.loads(line)
        started = time.monotonic()
        verdict = grade(job, candidate, control, nowhere, memory_bytes, host)
        verdict['gradeMs'] = (time.monotonic() - started) * 1000
        sweep()
        # Only once nothing of this sample runs any more is its verdict out.
        candidate = next_candidate(control)
        write_all(verdicts, json.dumps(verdict).encode() + b'\n')


class Host:
    """The harness, asked by a line about what cannot be seen from in here."""

    def __init__(self, lines, out):
        self.lines = lines
        self.out = out

    def load(self):
        write_all(self.out, b'{"asks":"load"}\n')
        load = json.loads(self.lines.readline())
        return load['delayMs'] / 1000, load['cpuMs'] / 1000


def grade(job, candidate, control, nowhere, memory_bytes, host):
    outcome, report = os.pipe()
    child = os.fork()
    if child == 0:
        become_driver(job, candidate, nowhere, report, memory_bytes)
    os.close(report)
    candidate.close()
    try:
        return watch(outcome, child, control, host, job['timeoutMs'] / 1000)
    finally:
        os.close(outcome)


def become_driver(job, candidate, nowhere, report, memory_bytes):
    try:
        os.dup2(nowhere, 2)
        limit(memory_bytes, 32, 64, 1 << 20)
        # Far beyond what the watcher allows: were the kernel to end the candidate first, it would have failed, not timed out.
        job['cpuSeconds'] = math.ceil(job['timeoutMs'] / 1000) * 2 + 10
        verdict = driver.grade(job, *channel(candidate))
        write_all(report, json.dumps(verdict).encode() + b'\n')
    finally:
        os._exit(0)


def watch(outcome, child, control, host, limit_s):
    started = time.monotonic()
    idle_limit_s = max(limit_s * IDLE_FACTOR, limit_s + IDLE_LEAST_SECONDS)
    wall_limit_s = limit_s * WALL_FACTOR + WALL_LEAST_SECONDS
    wait_s = limit_s
    poll = select.poll()
    poll.register(outcome, select.POLLIN)
    said = b''
    while True:
        if poll.poll(wait_s * 1000):
            part = os.read(outcome, 65536)
            said += part
            if said.endswith(b'\n'):
                return json.loads(said)
            if not part:
                _, status = os.waitpid(child, 0)
                if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
                    # Nobody in here did that: the host is out of memory, and that is no verdict.
                    os._exit(4)
                return {'status': 'failed', 'detail': 'The tests ended without a verdict: more memory than they may have, or a crash.'}
            continue
        wall_s = time.monotonic() - started
        cpu_s = cpu_seconds(child) + candidate_cpu_seconds(control)
        idle_s = wall_s - cpu_s
        if idle_s >= idle_limit_s:
            delay_s, cpu_of_all_s = host.load()
            idle_s -= delay_s
            cpu_s = max(cpu_s, cpu_of_all_s)
        if cpu_s >= limit_s:
            return {'status': 'timeout', 'detail': f'More than {limit_s:g} s of processor time.'}
        if idle_s >= idle_limit_s or wall_s >= wall_limit_s:
            return {'status': 'timeout', 'detail': f'No verdict after {wall_s:.1f} s, {cpu_s:.1f} s of them computing.'}
        wait_s = max(0.02, min(limit_s - cpu_s, idle_limit_s - idle_s))


def next_candidate(control):
    """A fresh candidate; that there is one acknowledges that all of the last sample is gone."""
    mine, theirs = socket.socketpair()
    socket.send_fds(control, [b'n'], [theirs.fileno()])
    theirs.close()
    if control.recv(1) != b'a':
        os._exit(3)
    return mine


def candidate_cpu_seconds(control):
    control.sendall(b'c')
    data = control.recv(8, socket.MSG_WAITALL)
    return struct.unpack('>d', data)[0]


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
