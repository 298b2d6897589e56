from reference import add_working_days


def refused(day, count=1, holidays=()):
    try:
        add_working_days(day, count, list(holidays))
    except ValueError:
        return True
    return False


# 2026-03-02 is a Monday.
assert add_working_days("2026-03-02", 1, []) == "2026-03-03"
assert add_working_days("2026-03-06", 1, []) == "2026-03-09"
assert add_working_days("2026-03-02", 5, []) == "2026-03-09"
assert add_working_days("2026-03-07", 1, []) == "2026-03-09"
assert add_working_days("2026-03-08", 1, []) == "2026-03-09"
assert add_working_days("2026-03-09", -1, []) == "2026-03-06"
assert add_working_days("2026-03-08", -1, []) == "2026-03-06"
assert add_working_days("2026-03-07", -5, []) == "2026-03-02"
assert add_working_days("2026-03-04", 0, []) == "2026-03-04"
assert add_working_days("2026-03-07", 0, []) == "2026-03-09"
assert add_working_days("2026-03-07", 0, ["2026-03-09"]) == "2026-03-10"
assert add_working_days("2026-03-04", 0, ["2026-03-04"]) == "2026-03-05"
assert add_working_days("2026-03-02", 1, ["2026-03-03"]) == "2026-03-04"
assert add_working_days("2026-03-03", 1, ["2026-03-03"]) == "2026-03-04"
assert add_working_days("2026-03-05", 2, ["2026-03-06", "2026-03-07", "2026-03-09", "2026-03-09"]) == "2026-03-11"
assert add_working_days("2026-03-10", -2, ["2026-03-09"]) == "2026-03-05"
assert add_working_days("2028-02-28", 1, []) == "2028-02-29"
assert add_working_days("2026-12-31", 1, ["2027-01-01"]) == "2027-01-04"
assert add_working_days("2026-03-02", 100_000, []) == "2409-06-22"
assert add_working_days("2409-06-22", -100_000, []) == "2026-03-02"
for wrong in ["2026-02-30", "20260302", "2026-3-2", "", "2026-03-02T00:00", "2026-W10-1"]:
    assert refused(wrong), wrong
assert refused("2026-03-02", 1, ["someday"])
