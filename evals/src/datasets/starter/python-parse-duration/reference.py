import re

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
PATTERN = re.compile(
    r"\s*(?:([0-9]+)|(?=[0-9])"
    + r"\s*".join(rf"(?:([0-9]+)\s*{unit})?" for unit in SECONDS)
    + r")\s*",
    re.IGNORECASE,
)


def parse_duration(text: str) -> int:
    match = PATTERN.fullmatch(text)
    if not match:
        raise ValueError(f"not a duration: {text!r}")
    plain, *amounts = match.groups()
    if plain is not None:
        return int(plain)
    return sum(int(amount or 0) * size for amount, size in zip(amounts, SECONDS.values()))
