def merge_slots(slots):
    if any(end < start for start, end in slots):
        raise ValueError("a slot ends before it starts")
    merged = []
    for start, end in sorted(tuple(slot) for slot in slots):
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
