import re

HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*")


def apply_diff(text: str, diff: str) -> str:
    old = re.findall(r"[^\n]*\n|[^\n]+", text)
    new = []
    done = 0
    for start, before, after in _hunks(diff):
        at = start - 1 if before else start
        if at < done or old[at : at + len(before)] != before or at > len(old):
            raise ValueError(f"the hunk at line {start} does not fit")
        new += old[done:at] + after
        done = at + len(before)
    return "".join(new + old[done:])


def _hunks(diff):
    lines = diff.split("\n")
    if lines[-1] == "":
        lines.pop()
    at = 0
    while at < len(lines):
        header = HEADER.fullmatch(lines[at])
        at += 1
        if not header:
            continue
        start, old_count, _, new_count = (1 if number is None else int(number) for number in header.groups())
        before, after = [], []
        while len(before) < old_count or len(after) < new_count or _is_remark(lines, at):
            if at == len(lines):
                raise ValueError("the diff ends in the middle of a hunk")
            sign, line = lines[at][:1], lines[at][1:]
            if sign == "\\":
                for side in last:
                    side[-1] = side[-1].rstrip("\n")
            else:
                last = {" ": [before, after], "-": [before], "+": [after]}.get(sign)
                if last is None:
                    raise ValueError(f"not a line of a hunk: {lines[at]!r}")
                for side in last:
                    side.append(line + "\n")
            at += 1
        if len(before) != old_count or len(after) != new_count:
            raise ValueError("a hunk has more lines than it says")
        if at < len(lines) and lines[at][:1] in " -+" and not lines[at].startswith("--- "):
            raise ValueError("a hunk has more lines than it says")
        yield start, before, after


def _is_remark(lines, at):
    return at < len(lines) and lines[at].startswith("\\")
