"""What both fork servers do: hide from their neighbours, know modules beforehand, leave nothing of a sample."""

import ctypes
import gc
import importlib
import os
import resource
import signal
import sys
import time

# What programs of this kind import; known to the server, a child has them at once. Nobody's names get them unasked.
# Not threading, nor queue, which needs it: what it does after every fork costs more than those save who import it.
MODULES = (
    'abc array ast base64 bisect calendar cmath collections collections.abc contextlib copy dataclasses datetime '
    'decimal enum fractions functools hashlib heapq inspect io itertools json math numbers operator os pprint '
    'random re statistics string struct sys textwrap time traceback types typing unicodedata'
).split()

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2


def settle(filter_descriptor):
    """Called once, before anything is opened. The descriptor of a seccomp program to load, or -1."""
    if filter_descriptor != -1:
        load_filter(filter_descriptor)
    # What whoever started the harness left open has come all the way to here; 0-2 and the control socket are ours.
    os.closerange(4, 1 << 16)
    # Descriptors and memory of a process that is not dumpable are closed even to processes of the same user.
    if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError('prctl(PR_SET_DUMPABLE) was refused')
    # Process 1 hears only the signals it has handlers for, and Python brings one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The folder of the servers is not for what they run.
    sys.path[:] = [path for path in sys.path if not path.startswith('/whetstone')]
    gc.collect()
    # Else the first collection in every child writes to, and so copies, all of this memory.
    gc.freeze()


def preload():
    """Called before anything else is imported: random would draw a new seed in every child, and each is given one anyway."""
    register, os.register_at_fork = os.register_at_fork, lambda **hooks: None
    try:
        for name in MODULES:
            importlib.import_module(name)
    finally:
        os.register_at_fork = register


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (('count', ctypes.c_ushort), ('instructions', ctypes.c_char_p))


def load_filter(descriptor):
    with os.fdopen(descriptor, 'rb') as file:
        program = file.read()
    wanted = _Program(len(program) // 8, program)
    if not program or ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(wanted)) != 0:
        raise OSError('a seccomp program was refused')


def limit(memory_bytes, processes, open_files, file_bytes):
    for name, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))


def sweep():
    """Ends every process of this namespace but this one, and returns when none is left."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def cpu_seconds(pid):
    """Processor time of another process (clock_getcpuclockid(3): the clock of a process is made of its id)."""
    try:
        return time.clock_gettime(((~pid) << 3) | 2)
    except OSError:
        return 0.0
