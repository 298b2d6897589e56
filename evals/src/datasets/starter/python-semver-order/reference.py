def sort_versions(versions: list[str]) -> list[str]:
    return sorted(versions, key=_precedence)


def _precedence(version):
    core, _, pre = version.partition("+")[0].partition("-")
    numbers = tuple(int(number) for number in core.split("."))
    if not pre:
        return numbers, 1, ()
    return numbers, 0, tuple(_identifier(part) for part in pre.split("."))


def _identifier(part):
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
