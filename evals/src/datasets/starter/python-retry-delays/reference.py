def retry_delays(answers, base, cap, budget):
    delays = []
    growing = min(float(base), float(cap))
    for status, retry_after in answers[:-1]:
        if not _may_pass(status):
            break
        wait = growing
        growing = min(growing * 2, float(cap))
        asked = (retry_after or "").strip()
        if asked.isascii() and asked.isdigit():
            wait = max(wait, float(asked))
        if sum(delays) + wait > budget:
            break
        delays.append(wait)
    return delays


def _may_pass(status):
    return status in (408, 429) or (500 <= status <= 599 and status != 501)
