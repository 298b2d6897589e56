from reference import sessions

assert sessions([], 10) == {}
assert sessions([("ada", 5)], 10) == {"ada": [(5, 5, 1)]}
assert sessions([("ada", 0), ("ada", 10)], 10) == {"ada": [(0, 10, 2)]}
assert sessions([("ada", 0), ("ada", 11)], 10) == {"ada": [(0, 0, 1), (11, 11, 1)]}
assert sessions([("ada", 0), ("ada", 8), ("ada", 16), ("ada", 24)], 10) == {"ada": [(0, 24, 4)]}
assert sessions([("ada", 30), ("ada", 0), ("ada", 5)], 10) == {"ada": [(0, 5, 2), (30, 30, 1)]}
assert sessions([("ada", 0), ("bob", 5), ("ada", 12), ("bob", 12)], 10) == {
    "ada": [(0, 0, 1), (12, 12, 1)],
    "bob": [(5, 12, 2)],
}
assert sessions([("ada", 7), ("ada", 7), ("ada", 7)], 0) == {"ada": [(7, 7, 3)]}
assert sessions([("ada", 7), ("ada", 8)], 0) == {"ada": [(7, 7, 1), (8, 8, 1)]}
assert sessions([("ada", -5), ("ada", 5)], 10) == {"ada": [(-5, 5, 2)]}
assert list(sessions([("bob", 3), ("cem", 1), ("ada", 3), ("zoe", 0)], 5)) == ["zoe", "cem", "ada", "bob"]
assert list(sessions([("bob", 9), ("ada", 5), ("bob", 1)], 5)) == ["bob", "ada"]
given = [("b", 2), ("a", 1)]
sessions(given, 1)
assert given == [("b", 2), ("a", 1)]
many = [("u", n * 2) for n in range(50_000)]
assert sessions(many, 1)["u"] == [(n * 2, n * 2, 1) for n in range(50_000)]
