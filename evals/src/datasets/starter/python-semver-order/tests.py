from reference import sort_versions

spec = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
]
assert sort_versions(list(reversed(spec))) == spec
assert sort_versions([]) == []
assert sort_versions(["1.10.0", "1.9.0", "1.2.10", "1.2.9"]) == ["1.2.9", "1.2.10", "1.9.0", "1.10.0"]
assert sort_versions(["2.0.0", "10.0.0", "1.0.0"]) == ["1.0.0", "2.0.0", "10.0.0"]
assert sort_versions(["1.0.0+b", "1.0.0+a", "1.0.0"]) == ["1.0.0+b", "1.0.0+a", "1.0.0"]
assert sort_versions(["1.0.0-1", "1.0.0-a", "1.0.0-A", "1.0.0--"]) == ["1.0.0-1", "1.0.0--", "1.0.0-A", "1.0.0-a"]
assert sort_versions(["1.0.0-a-b.2", "1.0.0-a-b.1"]) == ["1.0.0-a-b.1", "1.0.0-a-b.2"]
assert sort_versions(["1.0.0-rc.1+build-7.x", "1.0.0-rc.0"]) == ["1.0.0-rc.0", "1.0.0-rc.1+build-7.x"]
assert sort_versions(["1.0.0+z-1", "1.0.0-0", "0.9.9"]) == ["0.9.9", "1.0.0-0", "1.0.0+z-1"]
assert sort_versions(["1.0.0+z-1", "1.0.0-rc.1"]) == ["1.0.0-rc.1", "1.0.0+z-1"]
assert sort_versions(["1.0.0-1.a", "1.0.0-1"]) == ["1.0.0-1", "1.0.0-1.a"]
assert sort_versions(["3.0.0", "3.0.0-99999999999999999999", "3.0.0-9"]) == [
    "3.0.0-9",
    "3.0.0-99999999999999999999",
    "3.0.0",
]
given = ["2.0.0", "1.0.0"]
sort_versions(given)
assert given == ["2.0.0", "1.0.0"]
