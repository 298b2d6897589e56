"""How values cross between the tests and the code under test: JSON, rebuilt as values of exact types.

Whoever reads never runs a method of whoever wrote: no __eq__, __bool__ or __class__ of the other side gets across.
What JSON has no word for is an array that begins with a tag. Nothing is pickled.
"""

import builtins
import collections
import datetime
import decimal
import fractions
import json

FRAME_LIMIT = 32 * 1024 * 1024

# Above this an int crosses as hexadecimal: reading decimal digits takes quadratic time.
BIG = 1 << 62


class CannotCross(Exception):
    """No plain data stands for this value."""


class Malformed(Exception):
    """Not something that `pack` writes."""


_to_json = json.JSONEncoder(check_circular=False, separators=(',', ':')).encode
# Each NaN is one of its own, as it was: json's own constant would be the same thing twice in a set.
_from_json = json.JSONDecoder(parse_constant=float).decode


def write(frame):
    """Bytes of a frame whose parts are packed."""
    data = _to_json(frame).encode()
    if len(data) > FRAME_LIMIT:
        raise CannotCross(f'more than {FRAME_LIMIT} bytes')
    return data


def read(data):
    """The frame, parts still packed. Anything that is not a frame is Malformed."""
    try:
        frame = _from_json(data if type(data) is str else bytes(data).decode())
    except Exception as error:
        raise Malformed(str(error)[:200]) from None
    if type(frame) is not list or not frame or type(frame[0]) is not str:
        raise Malformed('not a frame')
    return frame


def pack(value, other=None):
    """Plain data for a value. `other` is asked about values of unknown types, and returns packed data or raises CannotCross."""
    kind = type(value)
    if kind is int:
        return value if -BIG < value < BIG else ['int', hex(value)]
    if kind is str:
        return value if value.isascii() else _pack_text(value)
    if value is None or kind is bool or kind is float:
        return value
    packer = _PACKERS.get(kind)
    if packer is not None:
        return packer(value, other)
    if other is not None:
        packed = other(value)
        if packed is not None:
            return packed
    return _pack_relative(value, kind, other)


def pack_items(items, other=None):
    """A list of packed values; most lists need no packing, and finding that out is quicker than doing it."""
    kinds = set(map(type, items))
    if len(kinds) == 1:
        (kind,) = kinds
        if kind is int:
            if -BIG < min(items) and max(items) < BIG:
                return list(items)
        elif kind is float or kind is bool or kind is str and all(map(str.isascii, items)):
            return list(items)
    return [pack(item, other) for item in items]


def unpack(data, refer=None):
    """The value. `refer` is asked about references to what the other side holds."""
    if type(data) is not list:
        if type(data) is dict:
            raise Malformed('an object')
        return data
    if not data or type(data[0]) is not str:
        raise Malformed('an array without a tag')
    tag = data[0]
    if tag == 'ref':
        if refer is None:
            raise Malformed('a reference')
        return refer(*data[1:])
    unpacker = _UNPACKERS.get(tag)
    if unpacker is None:
        raise Malformed(f'tag {tag[:20]!r}')
    return unpacker(refer, *data[1:])


def unpack_items(data, refer=None):
    if type(data) is not list:
        raise Malformed('not a list of items')
    kinds = set(map(type, data))
    if list not in kinds and dict not in kinds:
        return data
    return [unpack(item, refer) for item in data]


def unpack_or_malformed(unpacking, data, refer=None):
    """Whatever goes wrong while reading what the other side wrote is its fault."""
    try:
        return unpacking(data, refer)
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(f'{type(error).__name__}: {error}'[:200]) from None


def _pack_text(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON would join two lone surrogates into one character.
        return ['text', value.encode('utf-32-le', 'surrogatepass').hex()]
    return value


def _pack_mapping(tag):
    def packer(value, other):
        return [tag, pack_items(list(dict.keys(value)), other), pack_items(list(dict.values(value)), other)]

    return packer


def _pack_sequence(tag):
    def packer(value, other):
        return [tag, pack_items(list(value), other)]

    return packer


def _pack_deque(value, other):
    return ['deque', pack_items(list(value), other), value.maxlen]


def _pack_defaultdict(value, other):
    made_by = value.default_factory
    name = _type_name(made_by) if isinstance(made_by, type) else None
    return ['defaultdict', pack_items(list(value.keys()), other), pack_items(list(value.values()), other), name]


def _pack_type(value, other):
    name = _type_name(value)
    if name is None:
        raise CannotCross(f'the class {value.__name__}')
    return ['type', name]


def _type_name(kind):
    return kind.__name__ if getattr(builtins, kind.__name__, None) is kind else None


def _pack_relative(value, kind, other):
    """Subclasses cross as the value of their base; iterators as what they have left."""
    if issubclass(kind, type):
        return _pack_type(value, other)
    for base in kind.__mro__[1:]:
        if base is int:
            return pack(int.__add__(value, 0))
        if base is float:
            return float.__pos__(value)
        if base is str:
            return _pack_text(str.__str__(value))
        if base in _BASES:
            return _PACKERS[base](_BASES[base](value), other)
    if hasattr(kind, '__next__'):
        return ['iterator', pack_items(list(value), other)]
    raise CannotCross(f'an object of class {kind.__name__}')


_PACKERS = {
    list: lambda value, other: ['list', pack_items(value, other)],
    tuple: lambda value, other: ['tuple', pack_items(value, other)],
    dict: _pack_mapping('dict'),
    set: _pack_sequence('set'),
    frozenset: _pack_sequence('frozenset'),
    complex: lambda value, other: ['complex', value.real, value.imag],
    bytes: lambda value, other: ['bytes', value.hex()],
    bytearray: lambda value, other: ['bytearray', value.hex()],
    range: lambda value, other: ['range', pack(value.start), pack(value.stop), pack(value.step)],
    decimal.Decimal: lambda value, other: ['decimal', str(value)],
    fractions.Fraction: lambda value, other: ['fraction', pack(value.numerator), pack(value.denominator)],
    collections.deque: _pack_deque,
    collections.Counter: _pack_mapping('counter'),
    collections.OrderedDict: _pack_mapping('ordered'),
    collections.defaultdict: _pack_defaultdict,
    datetime.date: lambda value, other: ['date', value.isoformat()],
    datetime.time: lambda value, other: ['time', value.isoformat()],
    datetime.datetime: lambda value, other: ['datetime', value.isoformat()],
    datetime.timedelta: lambda value, other: ['timedelta', value.days, value.seconds, value.microseconds],
    type({}.keys()): lambda value, other: ['keys', pack_items(list(value), other)],
    type({}.values()): lambda value, other: ['values', pack_items(list(value), other)],
    type({}.items()): lambda value, other: ['items', pack_items(list(value), other)],
    type: _pack_type,
    type(...): lambda value, other: ['ellipsis'],
}

# The base's part of an object of a subclass, whatever the subclass overrides.
_BASES = {
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    collections.Counter: lambda value: collections.Counter(dict(dict.items(value))),
    collections.OrderedDict: lambda value: collections.OrderedDict(dict.items(value)),
    collections.defaultdict: lambda value: collections.defaultdict(value.default_factory, dict.items(value)),
    dict: lambda value: dict(dict.items(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: bytearray(bytearray.__iter__(value)),
    complex: lambda value: complex.__pos__(value),
    collections.deque: lambda value: collections.deque(collections.deque.__iter__(value), value.maxlen),
    decimal.Decimal: lambda value: decimal.Decimal(decimal.Decimal.__str__(value)),
    fractions.Fraction: lambda value: fractions.Fraction(value.numerator, value.denominator),
    datetime.datetime: lambda value: datetime.datetime.fromisoformat(datetime.datetime.isoformat(value)),
    datetime.date: lambda value: datetime.date.fromisoformat(datetime.date.isoformat(value)),
}


def _mapping(kind):
    def unpacker(refer, keys, values):
        keys, values = unpack_items(keys, refer), unpack_items(values, refer)
        if len(keys) != len(values):
            raise Malformed('keys without values')
        made = kind()
        for key, value in zip(keys, values):
            dict.__setitem__(made, key, value) if kind is not collections.OrderedDict else made.__setitem__(key, value)
        return made

    return unpacker


def _defaultdict(refer, keys, values, name):
    made = collections.defaultdict(None if name is None else _builtin_type(name))
    made.update(_mapping(dict)(refer, keys, values))
    return made


def _builtin_type(name):
    kind = getattr(builtins, name, None) if type(name) is str else None
    # Only what `pack` writes, so that it can go back: not `__loader__`, say.
    if type(kind) is not type or _type_name(kind) is None:
        raise Malformed('no such type')
    return kind


def _set_in_order(kind, items):
    """Built item by item, a set can iterate in another order than as a literal; where items were taken out, in yet another."""
    as_literal = kind(set(frozenset(items)))
    if list(as_literal) == items:
        return as_literal
    by_item = kind(items)
    return by_item if list(by_item) == items else as_literal


def _view(of):
    return lambda refer, items: of(unpack_items(items, refer))


_UNPACKERS = {
    'int': lambda refer, digits: int(digits, 16),
    'text': lambda refer, data: bytes.fromhex(data).decode('utf-32-le', 'surrogatepass'),
    'list': lambda refer, items: unpack_items(items, refer),
    'tuple': lambda refer, items: tuple(unpack_items(items, refer)),
    'dict': _mapping(dict),
    'set': lambda refer, items: _set_in_order(set, unpack_items(items, refer)),
    'frozenset': lambda refer, items: _set_in_order(frozenset, unpack_items(items, refer)),
    'complex': lambda refer, real, imag: complex(float(real), float(imag)),
    'bytes': lambda refer, data: bytes.fromhex(data),
    'bytearray': lambda refer, data: bytearray.fromhex(data),
    'range': lambda refer, start, stop, step: range(unpack(start), unpack(stop), unpack(step)),
    'decimal': lambda refer, text: decimal.Decimal(text),
    'fraction': lambda refer, numerator, denominator: fractions.Fraction(unpack(numerator), unpack(denominator)),
    'deque': lambda refer, items, maxlen: collections.deque(unpack_items(items, refer), maxlen),
    'counter': _mapping(collections.Counter),
    'ordered': _mapping(collections.OrderedDict),
    'defaultdict': _defaultdict,
    'date': lambda refer, text: datetime.date.fromisoformat(text),
    'time': lambda refer, text: datetime.time.fromisoformat(text),
    'datetime': lambda refer, text: datetime.datetime.fromisoformat(text),
    'timedelta': lambda refer, days, seconds, us: datetime.timedelta(days, seconds, us),
    'keys': _view(lambda items: dict.fromkeys(items).keys()),
    'values': _view(lambda items: dict(enumerate(items)).values()),
    'items': _view(lambda items: dict(items).items()),
    'iterator': lambda refer, items: iter(unpack_items(items, refer)),
    'type': lambda refer, name: _builtin_type(name),
    'ellipsis': lambda refer: ...,
}
