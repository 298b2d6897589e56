from collections import OrderedDict


def replay(capacity: int, operations: list[tuple]) -> list:
    cache = OrderedDict()
    answers = []
    for name, *arguments in operations:
        if name == "put":
            key, value = arguments
            cache[key] = value
            cache.move_to_end(key)
            if len(cache) > capacity:
                cache.popitem(last=False)
        elif name == "get":
            (key,) = arguments
            if key in cache:
                cache.move_to_end(key)
            answers.append(cache.get(key))
        elif name == "peek":
            answers.append(cache.get(arguments[0]))
        elif name == "drop":
            cache.pop(arguments[0], None)
        else:
            answers.append(list(reversed(cache)))
    return answers
