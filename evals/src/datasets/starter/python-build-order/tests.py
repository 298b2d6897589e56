from reference import build_order


def stuck(needs):
    try:
        build_order(needs)
    except ValueError as error:
        return str(error)
    return None


assert build_order({}) == []
assert build_order({"app": ["lib"], "lib": []}) == ["lib", "app"]
assert build_order({"app": ["lib"]}) == ["lib", "app"]
assert build_order({"b": [], "a": [], "c": []}) == ["a", "b", "c"]
assert build_order({"a": ["z"], "b": [], "z": []}) == ["b", "z", "a"]
assert build_order({"web": ["core", "ui"], "ui": ["core"], "core": [], "api": ["core"]}) == ["core", "api", "ui", "web"]
assert build_order({"a": ["c", "c"], "b": ["c"], "c": []}) == ["c", "a", "b"]
assert build_order({"z": [], "m": ["z"], "a": ["z"], "b": ["a"]}) == ["z", "a", "b", "m"]
assert stuck({"a": ["b"], "b": ["a"]}) == "a, b"
assert stuck({"a": ["a"]}) == "a"
assert stuck({"x": ["y"], "y": ["z"], "z": ["y"], "ok": []}) == "x, y, z"
assert stuck({"d": ["c"], "c": ["b"], "b": ["a"], "a": []}) is None
given = {"app": ["lib"], "lib": []}
build_order(given)
assert given == {"app": ["lib"], "lib": []}
chain = {str(n).zfill(5): [str(n + 1).zfill(5)] for n in range(3000)}
assert build_order(chain) == [str(n).zfill(5) for n in range(3000, -1, -1)]
