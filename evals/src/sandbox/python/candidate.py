"""The untrusted half: runs the code under test, and answers calls of it. It never holds the tests.

It knows no transport: `send` takes the bytes of a frame, `receive` returns them, and raises EOFError at the end.
Nothing here has to withstand the code under test, which may change all of it: the driver believes none of it.
"""

import builtins
import random
import sys
import types

from wire import CannotCross, pack, pack_items, read, unpack, unpack_items, write


def serve(send, receive, limit_cpu=None):
    """Answers frames until there are no more."""
    if hasattr(sys, 'set_int_max_str_digits'):
        sys.set_int_max_str_digits(0)
    candidate = Candidate()
    while True:
        try:
            operation, number, *parts = read(receive())
        except EOFError:
            return
        if operation == 'load' and limit_cpu is not None:
            limit_cpu(parts[2])
        send(candidate.answer(operation, number, parts))


class Candidate:
    def __init__(self):
        self.space = {}
        self.classes = ()
        self.objects = {}
        self.numbers = {}

    def answer(self, operation, number, parts):
        try:
            value = getattr(self, f'do_{operation}')(*parts)
            return write(['value', number, pack(value, self.refer)])
        except CannotCross as error:
            return write(['cannot', number, str(error)[:300]])
        except RecursionError as error:
            return raised(number, error)
        except Exception as error:
            return raised(number, error)
        except BaseException as error:
            return write(['exit', number, type(error).__name__])

    def do_load(self, program, seed, cpu_seconds, handles, calls):
        self.handles = handles
        self.space = run_as_module(program, seed)
        return [name for name in calls if name in self.space]

    def do_together(self, program, seed, setup, tests, calls):
        """Candidate and tests in one process: only for what cannot be graded apart, and to measure the difference."""
        space = run_as_module(program, seed)
        named = {name: space[name] for name in calls if name in space}
        together = {'__name__': 'tests', **named}
        random.seed(seed + 1)
        exec(compile(setup, '<setup>', 'exec', dont_inherit=True), together)
        for name in calls:
            together.pop(name, None)
        together.update(named)
        exec(compile(tests, '<tests>', 'exec', dont_inherit=True), together)

    def do_call(self, name, args, kwargs):
        if name not in self.space:
            raise NameError(f'name {name!r} is not defined')
        return self.space[name](*unpack_items(args, self.object), **unpack(kwargs, self.object))

    def do_get(self, reference, name):
        value = getattr(self.objects[reference], name)
        if isinstance(value, types.MethodType):
            return Method(reference, name)
        return value

    def do_set(self, reference, name, args, kwargs):
        setattr(self.objects[reference], name, *unpack_items(args, self.object))

    def do_method(self, reference, name, args, kwargs):
        method = getattr(self.objects[reference], name)
        return method(*unpack_items(args, self.object), **unpack(kwargs, self.object))

    def refer(self, value):
        """Objects of classes that tests hold cross as references."""
        if type(value) is Method:
            return ['ref', value.reference, value.name]
        for name in self.handles:
            kind = self.space.get(name)
            if isinstance(kind, type) and isinstance(value, kind):
                number = self.numbers.setdefault(id(value), len(self.numbers))
                self.objects[number] = value
                return ['ref', number]
        return None

    def object(self, number, name=None):
        value = self.objects[number]
        return value if name is None else getattr(value, name)


class Method:
    def __init__(self, reference, name):
        self.reference = reference
        self.name = name


def run_as_module(program, seed):
    # A module that can be found by name, since dataclasses and typing look theirs up; `__main__` blocks stay unrun.
    module = types.ModuleType('solution')
    sys.modules['solution'] = module
    random.seed(seed)
    exec(compile(program, '<solution>', 'exec', dont_inherit=True), module.__dict__)
    return module.__dict__


def raised(number, error):
    """What it is called; the builtin classes it is one of, for the driver to choose from; its arguments where they can cross."""
    kinds = type(error).__mro__
    names = [kinds[0].__name__, *(kind.__name__ for kind in kinds if getattr(builtins, kind.__name__, None) is kind)]
    try:
        message = str(error)[:1000]
    except Exception:
        message = ''
    try:
        args = pack_items(arguments_of(error))
    except Exception:
        args = [message]
    try:
        return write(['raised', number, names, args, message, line_of(error)])
    except Exception:
        return write(['raised', number, names, [], '', None])


def arguments_of(error):
    # The names of files are no part of `args`, and yet of what is printed.
    if isinstance(error, OSError) and error.filename is not None:
        return [error.errno, error.strerror, error.filename]
    return list(error.args)


def line_of(error):
    """Line of the code under test where it was raised."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == '<solution>' else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == '<solution>':
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
