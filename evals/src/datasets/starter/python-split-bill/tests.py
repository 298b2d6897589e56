from reference import split_bill


def refused(cents, weights):
    try:
        split_bill(cents, weights)
    except ValueError:
        return True
    return False


assert split_bill(100, [1]) == [100]
assert split_bill(100, [1, 1]) == [50, 50]
assert split_bill(100, [1, 1, 1]) == [34, 33, 33]
assert split_bill(101, [1, 1, 1]) == [34, 34, 33]
assert split_bill(0, [3, 4]) == [0, 0]
assert split_bill(1, [1, 1, 1]) == [1, 0, 0]
assert split_bill(10, [0, 1, 0]) == [0, 10, 0]
assert split_bill(5, [0, 1, 1]) == [0, 3, 2]
assert split_bill(10, [1, 2, 3]) == [2, 3, 5]
assert split_bill(7, [5, 3, 2]) == [4, 2, 1]
assert split_bill(100, [2, 3, 2]) == [29, 43, 28]
assert split_bill(-100, [1, 1, 1]) == [-34, -33, -33]
assert split_bill(-1, [1, 1]) == [-1, 0]
assert split_bill(10**30 + 1, [1, 1]) == [5 * 10**29 + 1, 5 * 10**29]
assert split_bill(3 * 10**20 + 2, [1, 1, 1]) == [10**20 + 1, 10**20 + 1, 10**20]
assert all(type(share) is int for share in split_bill(99, [1, 2]))
for total in range(60):
    for weights in ([1, 2, 4], [7, 1, 1, 5], [3, 3, 3]):
        assert sum(split_bill(total, weights)) == total
for cents, weights in [(10, []), (10, [0, 0]), (10, [2, -1]), (10, [1, -1]), (0, [])]:
    assert refused(cents, weights), weights
