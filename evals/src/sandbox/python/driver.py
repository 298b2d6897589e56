"""The trusted half: runs the tests, with proxies in place of what they call of the candidate, and reaches the verdict.

It knows no transport: `send` takes the bytes of a frame, `receive` returns them, and raises EOFError at the end.
The candidate is passed only if the tests ran to their end, it answered at least one call, and nothing it did was out
of order: the tests may catch whatever they like.
"""

import builtins
import random
import sys

from wire import CannotCross, Malformed, pack, pack_items, read, unpack, unpack_or_malformed, write

DETAIL_LIMIT = 4000
ENDS_ITERATION = ('StopIteration', 'StopAsyncIteration')


def grade(job, send, receive):
    """`{'status': 'passed' | 'failed' | 'error', 'detail'?}` for a job `{program, setup, tests, calls, handles, seed, cpuSeconds, sameProcess?}`."""
    if hasattr(sys, 'set_int_max_str_digits'):
        sys.set_int_max_str_digits(0)
    remote = Remote(job, send, receive)
    try:
        if job.get('sameProcess'):
            remote.grade_together()
        else:
            run_tests(job, remote)
    except BaseException as error:
        if remote.bad is None:
            return failed(describe(error, job), remote)
    if remote.unsendable:
        return {'status': 'error', 'detail': remote.bad}
    if remote.bad is not None:
        return failed(remote.bad, remote)
    if remote.answered == 0:
        return failed('The tests called nothing of the candidate.', remote)
    return {'status': 'passed'}


def run_tests(job, remote):
    remote.load()
    setup = compile(job['setup'], '<setup>', 'exec', dont_inherit=True) if job['setup'] else None
    tests = compile(job['tests'], '<tests>', 'exec', dont_inherit=True)
    proxies = {name: remote.proxy(name) for name in remote.finish_loading()}
    space = {'__name__': 'tests', **proxies}
    random.seed(job['seed'] + 1)
    if setup is not None:
        exec(setup, space)
        # The set-up may define, as a stem without a body, what is asked for: it does not stand in for what is missing.
        for name in job['calls']:
            space.pop(name, None)
        space.update(proxies)
    exec(tests, space)


class Broken(BaseException):
    """The candidate broke the rules; not an Exception, and remembered, so that no `except` of a test can hide it."""


class Remote:
    """The candidate, as seen from the tests."""

    def __init__(self, job, send, receive):
        self.job = job
        self.send = send
        self.receive = receive
        self.number = 0
        self.answered = 0
        self.bad = None
        self.unsendable = False
        self.last_raised = None
        self.handles = {}

    def load(self):
        job = self.job
        # Not waited for: it loads while the tests are compiled.
        self.send(write(['load', 0, job['program'], job['seed'], job['cpuSeconds'], job['handles'], job['calls']]))

    def grade_together(self):
        job = self.job
        self.send(write(['together', 0, job['program'], job['seed'], job['setup'], job['tests'], job['calls']]))
        self.answer()
        self.answered += 1

    def finish_loading(self):
        """Which of the names that tests use it defines; the others are as undefined to the tests as in one process."""
        try:
            names = self.answer()
        except Exception as error:
            return self.break_off(f'The candidate did not load: {self.last_raised or error}')
        if type(names) is not list:
            return self.break_off('The candidate answered what is no answer: not a list of names')
        return [name for name in self.job['calls'] if name in names]

    def proxy(self, name):
        def call(*args, **kwargs):
            return self.ask('call', name, args=args, kwargs=kwargs)

        call.__name__ = call.__qualname__ = name
        return call

    def ask(self, operation, *parts, args=None, kwargs=None):
        if self.bad is not None:
            raise Broken(self.bad)
        self.number += 1
        try:
            if args is not None:
                parts = (*parts, pack_items(args, reference_of), pack(kwargs, reference_of))
        except CannotCross as error:
            # Whatever came from a candidate can go back to one: this is the problem's own, and says nothing of the candidate.
            self.unsendable = self.bad is None
            self.break_off(f'The tests pass what cannot cross to another process ({error}); such a problem is graded in one process.')
        try:
            frame = write([operation, self.number, *parts])
        except (CannotCross, RecursionError) as error:
            self.break_off(f'The tests pass too much: {error}')
        try:
            self.send(frame)
        except OSError:
            # It is gone, or does not listen; what it said last, if anything, says more.
            pass
        value = self.answer()
        self.answered += 1
        return value

    def answer(self):
        """The value that came back, or the exception, as one of a builtin class."""
        try:
            kind, number, *parts = read(self.receive())
            if type(number) is not int or number != self.number:
                raise Malformed('an answer to something else')
            if kind == 'value':
                (value,) = parts
                return unpack_or_malformed(unpack, value, self.refer)
            if kind == 'raised':
                error = self.rebuild(*parts)
            elif kind == 'cannot':
                return self.break_off(f'What the candidate returned cannot cross to the tests: {str(parts[0])[:300]}')
            elif kind == 'exit':
                return self.break_off(f'The candidate raised {str(parts[0])[:100]}.')
            else:
                raise Malformed('an unknown answer')
        except EOFError:
            return self.break_off('The candidate ended before it answered.')
        except (Malformed, ValueError, TypeError, IndexError) as error:
            return self.break_off(f'The candidate answered what is no answer: {error}')
        self.answered += 1
        raise error

    def rebuild(self, names, args, message, line):
        if type(names) is not list or type(message) is not str or not (line is None or type(line) is int):
            raise Malformed('no exception')
        args = unpack_or_malformed(lambda data, refer: [unpack(item) for item in data], args)
        where = f' (line {line} of the candidate)' if line is not None else ''
        self.last_raised = f'{str(names[0])[:100] if names else "Exception"}: {message[:1000]}{where}'
        for name in names[1:]:
            if name in ENDS_ITERATION:
                # As of a generator (PEP 479): else `all(map(f, ...))` would end early, and hold.
                return RuntimeError(f'the candidate raised {name}')
            kind = getattr(builtins, name, None) if type(name) is str else None
            if isinstance(kind, type) and issubclass(kind, Exception):
                try:
                    return kind(*args)
                except Exception:
                    # A class of the candidate's can have other arguments than the builtin one behind it.
                    continue
        return Exception(message)

    def break_off(self, reason):
        if self.bad is None:
            self.bad = reason
        raise Broken(self.bad)

    def refer(self, number, name=None):
        if type(number) is not int or not self.job['handles']:
            raise Malformed('a reference')
        if name is not None:
            if type(name) is not str:
                raise Malformed('a reference')
            return Method(self, number, name)
        if number not in self.handles:
            self.handles[number] = Handle(self, number)
        return self.handles[number]


class Handle:
    """An object that stays with the candidate: equal to itself alone, its attributes read and set over there."""

    __slots__ = ('_remote', '_number')

    def __init__(self, remote, number):
        object.__setattr__(self, '_remote', remote)
        object.__setattr__(self, '_number', number)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return self._remote.ask('get', self._number, name)

    def __setattr__(self, name, value):
        self._remote.ask('set', self._number, name, args=(value,))


class Method:
    """A method of such an object."""

    def __init__(self, remote, number, name):
        self.remote = remote
        self.number = number
        self.name = name

    def __call__(self, *args, **kwargs):
        return self.remote.ask('method', self.number, self.name, args=args, kwargs=kwargs)


def reference_of(value):
    if type(value) is Handle:
        return ['ref', value._number]
    if type(value) is Method:
        return ['ref', value.number, value.name]
    return None


def failed(reason, remote):
    if remote.last_raised is not None and remote.last_raised not in reason:
        reason = f'{reason}\nThe candidate last raised {remote.last_raised}'
    return {'status': 'failed', 'detail': reason[:DETAIL_LIMIT]}


def describe(error, job):
    """The place in the tests, the line there, and the exception."""
    try:
        message = str(error)
    except Exception:
        message = ''
    texts = {'<tests>': job['tests'], '<setup>': job['setup']}
    places = []
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in texts:
            lines = texts[name].splitlines()
            line = lines[trace.tb_lineno - 1].strip()[:300] if trace.tb_lineno <= len(lines) else ''
            places.append(f'{name} line {trace.tb_lineno}: {line}')
        trace = trace.tb_next
    return '\n'.join([*places[-5:], f'{type(error).__name__}: {message}' if message else type(error).__name__])
