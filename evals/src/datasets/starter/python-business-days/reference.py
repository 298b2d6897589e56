import re
from datetime import date, timedelta

DAY = timedelta(days=1)


def add_working_days(day: str, count: int, holidays: list[str]) -> str:
    closed = {_date(holiday) for holiday in holidays}
    at = _date(day)
    if count == 0:
        while not _is_open(at, closed):
            at += DAY
        return at.isoformat()
    step = DAY if count > 0 else -DAY
    left = abs(count)
    while left:
        at += step
        if _is_open(at, closed):
            left -= 1
    return at.isoformat()


def _is_open(day, closed):
    return day.weekday() < 5 and day not in closed


def _date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"not a date: {text!r}")
    return date.fromisoformat(text)
