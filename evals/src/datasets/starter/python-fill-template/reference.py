import re

TOKEN = re.compile(r"\\\{\{|\{\{ *([A-Za-z0-9_-]+) *\}\}")


def fill(template: str, values: dict[str, str]) -> str:
    names = dict.fromkeys(match[1] for match in TOKEN.finditer(template) if match[1] is not None)
    missing = [name for name in names if name not in values]
    if missing:
        raise KeyError(missing)
    return TOKEN.sub(lambda match: "{{" if match[1] is None else values[match[1]], template)
