from reference import config_diff


def typed(value):
    """Equality that tells 1, 1.0 and True apart."""
    return repr(value)


def check(old, new, expected):
    assert typed(config_diff(old, new)) == typed(expected), config_diff(old, new)


check({}, {}, [])
check({"a": 1}, {"a": 1}, [])
check({"a": 1}, {"a": 2}, [("changed", "a", 1, 2)])
check({}, {"a": None}, [("added", "a", None)])
check({"a": None}, {}, [("removed", "a", None)])
check({"a": None}, {"a": False}, [("changed", "a", None, False)])
check({"a": 1}, {"a": True}, [("changed", "a", 1, True)])
check({"a": 0}, {"a": False}, [("changed", "a", 0, False)])
check({"a": 1}, {"a": 1.0}, [("changed", "a", 1, 1.0)])
check({"a": [1, 2]}, {"a": [1, 2]}, [])
check({"a": [1, 2]}, {"a": [2, 1]}, [("changed", "a", [1, 2], [2, 1])])
check({"a": [1]}, {"a": [True]}, [("changed", "a", [1], [True])])
check({"a": [{"x": 1, "y": 2}]}, {"a": [{"y": 2, "x": 1}]}, [])
check({"a": [{"x": 1}]}, {"a": [{"x": 1.0}]}, [("changed", "a", [{"x": 1}], [{"x": 1.0}])])
check({"db": {"host": "a", "port": 1}}, {"db": {"host": "b", "port": 1}}, [("changed", "db/host", "a", "b")])
check({"db": {}}, {"db": {"host": "b"}}, [("added", "db/host", "b")])
check({"db": {"host": "b"}}, {"db": "none"}, [("changed", "db", {"host": "b"}, "none")])
check({}, {"db": {}}, [("added", "db", {})])
check({"db": {"x": {"y": 1}}}, {}, [("removed", "db", {"x": {"y": 1}})])
check({"a/b": 1, "c~d": 1}, {"a/b": 2, "c~d": 2}, [("changed", "a~1b", 1, 2), ("changed", "c~0d", 1, 2)])
check({"~1": 1}, {"~1": 2}, [("changed", "~01", 1, 2)])
check({"b": 1, "a": {"z": 1}}, {"c": 1, "a": {"y": 1}}, [("added", "a/y", 1), ("removed", "a/z", 1), ("removed", "b", 1), ("added", "c", 1)])
check({"a": {"x": 1}, "a-b": 1}, {"a": {"x": 2}, "a-b": 2}, [("changed", "a/x", 1, 2), ("changed", "a-b", 1, 2)])
check({"": {"": 1}}, {"": {"": 2}}, [("changed", "/", 1, 2)])
