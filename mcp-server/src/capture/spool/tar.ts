/** The regular files of an archive, as GNU tar and bsdtar write them; names as they stand. Half an archive gives what is whole. */
export function filesInTar(tar: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length;) {
    const header = tar.subarray(at, at + 512);
    if (header[0] === 0) break;
    const size = sizeOf(header);
    const body = tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === 'L') longName = textOf(body);
    else if (kind === 'x') longName = pathInRecords(body) ?? longName;
    else {
      if ((kind === '0' || kind === '\0') && body.length === size) files.set(longName ?? nameOf(header), body);
      longName = undefined;
    }
  }
  return files;
}

const textOf = (bytes: Buffer) => bytes.toString('utf8').replace(/\0[\s\S]*$/, '');

function nameOf(header: Buffer) {
  const name = textOf(header.subarray(0, 100));
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textOf(header.subarray(345, 500)) : '';
  // In GNU's own format other things lie there.
  const isPosix = header[262] === 0;
  return prefix && isPosix ? `${prefix}/${name}` : name;
}

function sizeOf(header: Buffer) {
  const size = Number.parseInt(textOf(header.subarray(124, 136)).trim() || '0', 8);
  return Number.isSafeInteger(size) && size >= 0 ? size : 0;
}

/** `length path=…` lines of pax. */
const pathInRecords = (body: Buffer) => /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString('utf8'))?.[1];
