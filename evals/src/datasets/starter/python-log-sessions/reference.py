def sessions(events: list[tuple[str, int]], gap: int) -> dict[str, list[tuple[int, int, int]]]:
    found = {}
    for user, time in sorted(events, key=lambda event: (event[1], event[0])):
        of_user = found.setdefault(user, [])
        if of_user and time - of_user[-1][1] <= gap:
            first, _, count = of_user[-1]
            of_user[-1] = (first, time, count + 1)
        else:
            of_user.append((time, time, 1))
    return found
