def parse_csv(text: str) -> list[list[str]]:
    records = []
    at = 0
    while at < len(text):
        record = []
        while True:
            field, at = _quoted(text, at + 1) if text[at : at + 1] == '"' else _plain(text, at)
            record.append(field)
            if text[at : at + 1] != ",":
                break
            at += 1
        records.append(record)
        at += 2 if text.startswith("\r\n", at) else 1
    return records


def _plain(text, start):
    at = start
    while at < len(text) and text[at] not in ",\n" and not text.startswith("\r\n", at):
        at += 1
    return text[start:at], at


def _quoted(text, at):
    field = []
    while True:
        end = text.find('"', at)
        if end == -1:
            raise ValueError("a quote is never closed")
        field.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            break
        field.append('"')
        at = end + 2
    after = text[end + 1 : end + 3]
    if after and after[0] not in ",\n" and after != "\r\n":
        raise ValueError("text after a closing quote")
    return "".join(field), end + 1
