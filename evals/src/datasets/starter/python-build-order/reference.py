import heapq


def build_order(needs: dict[str, list[str]]) -> list[str]:
    waiting_for = {name: set(others) for name, others in needs.items()}
    for others in needs.values():
        for other in others:
            waiting_for.setdefault(other, set())
    needed_by = {name: [] for name in waiting_for}
    for name, others in waiting_for.items():
        for other in others:
            needed_by[other].append(name)

    ready = [name for name, others in waiting_for.items() if not others]
    heapq.heapify(ready)
    order = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for other in needed_by[name]:
            waiting_for[other].discard(name)
            if not waiting_for[other]:
                heapq.heappush(ready, other)
    stuck = sorted(set(waiting_for) - set(order))
    if stuck:
        raise ValueError(", ".join(stuck))
    return order
