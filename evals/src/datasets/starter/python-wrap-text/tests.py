from reference import wrap_text

assert wrap_text("the quick brown fox", 10) == ["the quick", "brown fox"]
assert wrap_text("", 5) == []
assert wrap_text(" \n \n ", 5) == []
assert wrap_text("a b c", 1) == ["a", "b", "c"]
assert wrap_text("aa bb", 5) == ["aa bb"]
assert wrap_text("aa bbb", 5) == ["aa", "bbb"]
assert wrap_text("  lots   of\tspace \n here ", 40) == ["lots of space here"]
assert wrap_text("abcdefghij", 4) == ["abcd", "efgh", "ij"]
assert wrap_text("abcdefgh", 4) == ["abcd", "efgh"]
assert wrap_text("abcdefgh x", 4) == ["abcd", "efgh", "x"]
assert wrap_text("abcdef x y", 4) == ["abcd", "ef x", "y"]
assert wrap_text("hi abcdefgh", 4) == ["hi", "abcd", "efgh"]
assert wrap_text("one\ntwo", 10) == ["one two"]
assert wrap_text("one\n\ntwo", 10) == ["one", "", "two"]
assert wrap_text("one\n \t\n\n\ntwo\n\n", 10) == ["one", "", "two"]
assert wrap_text("\n\n one", 10) == ["one"]
assert wrap_text("a b\n\nc d", 1) == ["a", "b", "", "c", "d"]
assert wrap_text("exactly ten", 11) == ["exactly ten"]
assert wrap_text("exactly ten", 10) == ["exactly", "ten"]
for width in (0, -1):
    try:
        wrap_text("x", width)
    except ValueError:
        pass
    else:
        raise AssertionError(width)
