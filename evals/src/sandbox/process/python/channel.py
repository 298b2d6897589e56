"""Frames over a stream socket: four bytes of length, then the bytes."""

import struct

from wire import FRAME_LIMIT

_LENGTH = struct.Struct('>I')


def channel(connection):
    """`send` and `receive` of one end. A length beyond the limit ends the conversation like the other side's end does."""
    receive_some = connection.recv
    held = b''

    def send(data):
        connection.sendall(_LENGTH.pack(len(data)) + data)

    def receive():
        nonlocal held
        while len(held) < 4:
            held += more(65536)
        (length,) = _LENGTH.unpack_from(held)
        if length > FRAME_LIMIT:
            raise EOFError
        end = 4 + length
        if len(held) < end:
            parts = [held]
            missing = end - len(held)
            while missing > 0:
                part = more(min(missing, 1 << 20))
                parts.append(part)
                missing -= len(part)
            held = b''.join(parts)
        frame = held[4:end]
        held = held[end:]
        return frame

    def more(size):
        try:
            data = receive_some(size)
        except OSError:
            data = b''
        if not data:
            raise EOFError
        return data

    return send, receive
