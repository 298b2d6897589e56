from reference import fill


def missing(template, values):
    try:
        fill(template, values)
    except KeyError as error:
        return error.args
    return None


assert fill("", {}) == ""
assert fill("plain", {"a": "x"}) == "plain"
assert fill("Hello {{name}}!", {"name": "Ada"}) == "Hello Ada!"
assert fill("{{a}}{{b}}{{a}}", {"a": "1", "b": "2"}) == "121"
assert fill("{{ user-name }} {{  x_1}}", {"user-name": "u", "x_1": "y"}) == "u y"
assert fill("{{a}}", {"a": "{{b}}", "b": "no"}) == "{{b}}"
assert fill("{{a}} {{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}} {{a}}"
assert fill("{{a}}", {"a": r"\1 \g<0> $1"}) == r"\1 \g<0> $1"
assert fill(r"\{{a}}", {}) == "{{a}}"
assert fill(r"\{{a}} {{a}}", {"a": "x"}) == "{{a}} x"
assert fill(r"C:\temp \n", {}) == r"C:\temp \n"
assert fill(r"\\{{a}}", {"a": "x"}) == r"\{{a}}"
for literal in ["{{}}", "{{ }}", "{{a b}}", "{{a", "a}}", "{a}", "{ {a}}", "{{a.b}}", "{{é}}", "{{a\n}}"]:
    assert fill(literal, {"a": "x", "b": "y"}) == literal, literal
assert fill("{{{a}}}", {"a": "x"}) == "{x}"
assert fill("{{a}}", {"a": ""}) == ""
assert fill("{{0}}", {"0": "zero"}) == "zero"
assert missing("{{b}} {{a}} {{b}} {{c}}", {"c": "x"}) == (["b", "a"],)
assert missing("{{a}}", {}) == (["a"],)
assert missing(r"\{{a}} {{ c }}", {}) == (["c"],)
