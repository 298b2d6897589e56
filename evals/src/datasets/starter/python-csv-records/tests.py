from reference import parse_csv


def refused(text):
    try:
        parse_csv(text)
    except ValueError:
        return True
    return False


assert parse_csv("") == []
assert parse_csv("a,b,c") == [["a", "b", "c"]]
assert parse_csv("a,b\nc,d\n") == [["a", "b"], ["c", "d"]]
assert parse_csv("a,b\r\nc,d\r\n") == [["a", "b"], ["c", "d"]]
assert parse_csv("a,,c") == [["a", "", "c"]]
assert parse_csv("a,b,") == [["a", "b", ""]]
assert parse_csv(",") == [["", ""]]
assert parse_csv("a\n\nb") == [["a"], [""], ["b"]]
assert parse_csv("\n") == [[""]]
assert parse_csv('"a,b",c') == [["a,b", "c"]]
assert parse_csv('"say ""hi""",x') == [['say "hi"', "x"]]
assert parse_csv('"two\nlines",x\ny,z') == [["two\nlines", "x"], ["y", "z"]]
assert parse_csv('"kept\r\nas it is"') == [["kept\r\nas it is"]]
assert parse_csv('""') == [[""]]
assert parse_csv('"",""\n') == [["", ""]]
assert parse_csv('""""') == [['"']]
assert parse_csv('5" disk,x') == [['5" disk', "x"]]
assert parse_csv(" a , b ") == [[" a ", " b "]]
assert parse_csv('a, "b"') == [["a", ' "b"']]
assert parse_csv("a\rb,c") == [["a\rb", "c"]]
assert parse_csv("x,\n") == [["x", ""]]
assert parse_csv('x,"y"\r\nz') == [["x", "y"], ["z"]]
for wrong in ['"open', '"a"b', '"a" ,b', 'x,"y', '"a""', '"a"\rb']:
    assert refused(wrong), wrong
