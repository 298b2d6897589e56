"""Forks a driver per sample and says the verdict, a line of JSON per line of JSON.

A sample has two limits. Its processor time, the tests' included, is what is judged: a busy host does not spend it.
Who sleeps or waits spends none, so that a guard of several times as much wall time ends it.
"""

import gc
import json
import math
import os
import select
import socket
import struct
import sys
import time

sys.path[:0] = ['/whetstone/python']

import driver
from channel import channel
from server import cpu_seconds, limit, settle, sweep

CONTROL = 3

# The candidate's server answers at once unless something in its jail cannot be killed: then the pair is given up.
ACKNOWLEDGE_SECONDS = 10
WALL_GUARD_FACTOR = 4
WALL_GUARD_LEAST_SECONDS = 2


def main(memory_bytes):
    settle()
    gc.disable()
    jobs, verdicts = os.fdopen(os.dup(0), 'rb'), os.dup(1)
    nowhere = os.open('/dev/null', os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    control = socket.socket(fileno=CONTROL)
    control.settimeout(ACKNOWLEDGE_SECONDS)
    os.write(verdicts, b'{"ready":true}\n')
    candidate = next_candidate(control)
    for line in jobs:
        job = json.loads(line)
        started = time.monotonic()
        verdict = grade(job, candidate, control, nowhere, memory_bytes)
        verdict['gradeMs'] = (time.monotonic() - started) * 1000
        sweep()
        # Only once nothing of this sample runs any more is its verdict out.
        candidate = next_candidate(control)
        write_all(verdicts, json.dumps(verdict).encode() + b'\n')


def grade(job, candidate, control, nowhere, memory_bytes):
    outcome, report = os.pipe()
    child = os.fork()
    if child == 0:
        become_driver(job, candidate, nowhere, report, memory_bytes)
    os.close(report)
    candidate.close()
    try:
        return watch(outcome, child, control, job['timeoutMs'] / 1000)
    finally:
        os.close(outcome)


def become_driver(job, candidate, nowhere, report, memory_bytes):
    try:
        os.dup2(nowhere, 2)
        limit(memory_bytes, 32, 64, 1 << 20)
        job['cpuSeconds'] = math.ceil(job['timeoutMs'] / 1000) + 1
        verdict = driver.grade(job, *channel(candidate))
        write_all(report, json.dumps(verdict).encode() + b'\n')
    finally:
        os._exit(0)


def watch(outcome, child, control, limit_s):
    started = time.monotonic()
    guard_s = max(limit_s * WALL_GUARD_FACTOR, limit_s + WALL_GUARD_LEAST_SECONDS)
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
                return {'status': 'failed', 'detail': 'The tests ended without a verdict: more memory than they may have, or a crash.'}
            continue
        wall_s = time.monotonic() - started
        cpu_s = cpu_seconds(child) + candidate_cpu_seconds(control)
        if cpu_s >= limit_s:
            return {'status': 'timeout', 'detail': f'More than {limit_s:g} s of processor time.'}
        if wall_s >= guard_s:
            return {'status': 'timeout', 'detail': f'No verdict after {guard_s:g} s ({cpu_s:.2f} s of them computing).'}
        wait_s = max(0.02, min(limit_s - cpu_s, guard_s - wall_s))


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
    main(int(sys.argv[1]))
