def split_bill(cents: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    if total == 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights are whole numbers from 0, not all of them 0")
    if cents < 0:
        return [-share for share in split_bill(-cents, weights)]
    shares = [cents * weight // total for weight in weights]
    lost = [cents * weight % total for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda index: -lost[index])
    for index in by_loss[: cents - sum(shares)]:
        shares[index] += 1
    return shares
