from reference import merge_slots

assert merge_slots([]) == []
assert merge_slots([(5, 10)]) == [(5, 10)]
assert merge_slots([(0, 30), (30, 45)]) == [(0, 45)]
assert merge_slots([(60, 90), (0, 30)]) == [(0, 30), (60, 90)]
assert merge_slots([(0, 100), (10, 20), (30, 40)]) == [(0, 100)]
assert merge_slots([(10, 20), (0, 100)]) == [(0, 100)]
assert merge_slots([(1, 4), (2, 5), (7, 9), (8, 8), (9, 12)]) == [(1, 5), (7, 12)]
assert merge_slots([(3, 3)]) == []
assert merge_slots([(0, 10), (15, 15), (20, 30)]) == [(0, 10), (20, 30)]
assert merge_slots([(0, 1), (2, 3)]) == [(0, 1), (2, 3)]
assert merge_slots([(-30, -10), (-10, 0)]) == [(-30, 0)]
assert merge_slots([(1, 2), (1, 2), (1, 2)]) == [(1, 2)]
assert all(isinstance(slot, tuple) for slot in merge_slots([(4, 6), (1, 2)]))
for wrong in [[(5, 4)], [(0, 10), (9, 3)]]:
    try:
        merge_slots(wrong)
    except ValueError:
        pass
    else:
        raise AssertionError(wrong)
many = [(minute * 3, minute * 3 + 2) for minute in range(2000)]
assert merge_slots(list(reversed(many))) == many
