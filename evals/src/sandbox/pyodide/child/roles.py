"""What an interpreter is there for: driving the tests of a job, or being the candidate."""

import json
import os

import candidate
import driver
from wire import FRAME_LIMIT

# Numbers of the files that the sandbox opened.
WIRE = 3
VERDICT = 4


def drive():
    """The job is the first frame on the wire; what follows are the candidate's."""
    job = json.loads(receive())
    write_all(VERDICT, json.dumps(driver.grade(job, send, receive)).encode())


def serve_candidate():
    candidate.serve(send, receive)


def send(frame):
    write_all(WIRE, len(frame).to_bytes(4, 'big') + frame)


def receive():
    length = int.from_bytes(read_exactly(4), 'big')
    if length > FRAME_LIMIT:
        raise EOFError
    return read_exactly(length)


def read_exactly(count):
    parts = []
    while count > 0:
        part = os.read(WIRE, min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b''.join(parts)


def write_all(file, data):
    while data:
        data = data[os.write(file, data) :]
