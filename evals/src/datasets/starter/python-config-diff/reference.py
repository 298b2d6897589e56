def config_diff(old: dict, new: dict) -> list[tuple]:
    return [difference for _, difference in sorted(_differences(old, new, ()), key=lambda found: found[0])]


def _differences(old, new, keys):
    for key in old.keys() | new.keys():
        at = (*keys, key)
        path = "/".join(part.replace("~", "~0").replace("/", "~1") for part in at)
        if key not in old:
            yield at, ("added", path, new[key])
        elif key not in new:
            yield at, ("removed", path, old[key])
        elif isinstance(old[key], dict) and isinstance(new[key], dict):
            yield from _differences(old[key], new[key], at)
        elif not _alike(old[key], new[key]):
            yield at, ("changed", path, old[key], new[key])


def _alike(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(_alike(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_alike(a[key], b[key]) for key in a)
    return a == b
