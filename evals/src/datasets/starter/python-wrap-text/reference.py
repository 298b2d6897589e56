import re


def wrap_text(text: str, width: int) -> list[str]:
    if width < 1:
        raise ValueError("a line has room for at least one character")
    lines = []
    for paragraph in re.split(r"\n[^\S\n]*\n\s*", text):
        words = paragraph.split()
        if not words:
            continue
        if lines:
            lines.append("")
        lines.extend(_wrapped(words, width))
    return lines


def _wrapped(words, width):
    lines = []
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        line = word
    return lines + [line] if line else lines
