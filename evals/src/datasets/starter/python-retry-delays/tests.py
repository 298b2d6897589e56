from reference import retry_delays

again = (503, None)
assert retry_delays([], 1, 60, 100) == []
assert retry_delays([(200, None)], 1, 60, 100) == []
assert retry_delays([again], 1, 60, 100) == []
assert retry_delays([again, again, again, (200, None)], 1, 60, 100) == [1.0, 2.0, 4.0]
assert retry_delays([again] * 6, 1, 5, 100) == [1.0, 2.0, 4.0, 5.0, 5.0]
assert retry_delays([(200, None), again], 1, 60, 100) == []
assert retry_delays([(404, "5"), again], 1, 60, 100) == []
assert retry_delays([(501, None), again], 1, 60, 100) == []
assert retry_delays([(408, None), (429, None), (599, None), (600, None), again], 1, 60, 100) == [1.0, 2.0, 4.0]
assert retry_delays([(429, "7"), (429, "1"), (200, None)], 2, 60, 100) == [7.0, 4.0]
assert retry_delays([(429, "90"), (200, None)], 1, 60, 100) == [90.0]
assert retry_delays([(429, " 3 "), (200, None)], 1, 60, 100) == [3.0]
for odd in ["Wed, 21 Oct 2026 07:28:00 GMT", "1.5", "-3", "", "soon", "+9", "٣"]:
    assert retry_delays([(429, odd), (200, None)], 1, 60, 100) == [1.0], odd
assert retry_delays([(429, "0"), (200, None)], 1, 60, 100) == [1.0]
assert retry_delays([again] * 5, 1, 60, 3) == [1.0, 2.0]
assert retry_delays([again] * 5, 1, 60, 2.9) == [1.0]
assert retry_delays([(429, "50"), (200, None)], 1, 60, 49) == []
assert retry_delays([again, (429, "50"), again, (200, None)], 1, 60, 20) == [1.0]
assert retry_delays([again] * 3, 0.5, 60, 100) == [0.5, 1.0]
assert all(type(wait) is float for wait in retry_delays([(429, "7"), again, again], 1, 2, 100))
assert retry_delays([again] * 2000, 1, 1, 1999) == [1.0] * 1999
