from reference import parse_duration


def refused(text):
    try:
        parse_duration(text)
    except ValueError:
        return True
    return False


assert parse_duration("1h30m") == 5400
assert parse_duration("90s") == 90
assert parse_duration("90") == 90
assert parse_duration(" 2d 4h ") == 2 * 86400 + 4 * 3600
assert parse_duration("1d2h3m4s") == 86400 + 7200 + 180 + 4
assert parse_duration("1H 5M") == 3900
assert parse_duration("0s") == 0
assert parse_duration("0") == 0
assert parse_duration("100m") == 6000
assert parse_duration("007s") == 7
assert parse_duration("10 m") == 600
for wrong in ["", "   ", "h", "1x", "-5m", "+5m", "1.5h", "30m1h", "1h1h", "1h 30", "90 s s", "1h,30m", "1 0m", "m5", "1hh", "५m"]:
    assert refused(wrong), wrong
