"""Grades one candidate inside a rented machine: `python3 runner.py JOB.json`, as root.

Root holds the tests; the candidate is another user's process that was forked before the job was read, and is reached by
one socket. The verdict is the only thing that is printed.
"""

import ctypes
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import candidate  # noqa: E402
import driver  # noqa: E402

USER = 65534
FRAME_LIMIT = 32 << 20


def main(path):
    if os.geteuid() != 0:
        sys.exit('the runner has to be root: it runs the candidate as somebody else')
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    pid = os.fork()
    if pid == 0:
        ours.close()
        be_candidate(theirs)
    theirs.close()
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    with open(path, encoding='utf-8') as file:
        job = json.load(file)
    os.unlink(path)
    print(json.dumps(judge(job, ours, pid)), flush=True)


def judge(job, line, candidate_pid):
    """Runs the tests in a child of its own: tests may loop because of what they were answered, and end with it."""
    told, tell = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        send, receive = framed(line)
        verdict = driver.grade(job, send, receive)
        os.write(tell, json.dumps(verdict).encode())
        os._exit(0)
    os.close(tell)
    line.close()
    verdict = read_until(told, started + job['timeoutMs'] / 1000)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    end_user()
    os.waitpid(candidate_pid, 0)
    return {**verdict, 'gradeMs': (time.monotonic() - started) * 1000}


def read_until(descriptor, deadline):
    data = b''
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return {'status': 'timeout', 'detail': 'the time limit'}
        part = os.read(descriptor, 65536)
        if part == b'':
            break
        data += part
    if data == b'':
        return {'status': 'failed', 'detail': 'the tests ended before they were through'}
    return json.loads(data)


def be_candidate(line):
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.dup2(line.fileno(), 3)
    os.closerange(4, 65536)
    for name, limit in (
        ('RLIMIT_AS', 1 << 30),
        ('RLIMIT_NPROC', 64),
        ('RLIMIT_NOFILE', 64),
        ('RLIMIT_FSIZE', 16 << 20),
        ('RLIMIT_CORE', 0),
    ):
        resource.setrlimit(getattr(resource, name), (limit, limit))
    os.chdir('/')
    os.environ.clear()
    os.setgroups([])
    os.setgid(USER)
    os.setuid(USER)
    send, receive = framed(socket.socket(fileno=3))
    try:
        candidate.serve(send, receive)
    finally:
        os._exit(0)


def end_user():
    """Nobody else is that user: whatever it started ends, and nothing can start again in between."""
    pid = os.fork()
    if pid == 0:
        os.setuid(USER)
        try:
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    for folder in ('/tmp', '/var/tmp', '/dev/shm'):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.lstat(path).st_uid == USER:
                shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)


def framed(line):
    def send(data):
        line.sendall(struct.pack('>I', len(data)) + data)

    def exactly(count):
        parts = []
        while count > 0:
            part = line.recv(min(count, 1 << 20))
            if part == b'':
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b''.join(parts)

    def receive():
        (length,) = struct.unpack('>I', exactly(4))
        if length > FRAME_LIMIT:
            raise EOFError
        return exactly(length)

    return send, receive


if __name__ == '__main__':
    main(sys.argv[1])
