import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What V8 made of the program at an earlier start. Everything about it may fail: then the program is compiled anew. */
export interface CodeCache {
  read(): Buffer | undefined;
  keep(code: Buffer): void;
}

interface CodeCacheParts {
  directory: string;
  /** Of the program. */
  fingerprint: string;
  node: Pick<NodeJS.Process, 'version' | 'arch' | 'execPath' | 'pid' | 'getuid'>;
}

export function codeCache({ directory, fingerprint, node }: CodeCacheParts): CodeCache {
  const { version, arch, execPath, pid } = node;
  const path = join(directory, `code-${fingerprint}-${version}-${arch}`);
  const header = Buffer.from(`${fingerprint} ${version} ${arch} ${execPath}\n`);

  return {
    read() {
      try {
        const file = openSync(path, 'r');
        try {
          // It is run as it is: what others could have written must not be.
          if (!isOurs(fstatSync(file), node)) return undefined;
          return unpacked(readFileSync(file), header);
        } finally {
          closeSync(file);
        }
      } catch {
        return undefined;
      }
    },

    keep(code) {
      const draft = `${path}.${pid}.tmp`;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        // Never through what somebody else may have put there: a link to another file, in a folder that is shared.
        writeFileSync(draft, packed(code, header), { flag: 'wx', mode: 0o600 });
        renameSync(draft, path);
      } catch {
        discard(draft);
      }
    },
  };
}

function discard(path: string) {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is not even there: a file stands where the directory should.
  }
}

/**
 * The code twice: V8 trusts it blindly and dies of a damaged one. Comparing two copies takes a twentieth of a millisecond;
 * loading a hash function would take two.
 */
const packed = (code: Buffer, header: Buffer) => Buffer.concat([header, code, code]);

function unpacked(file: Buffer, header: Buffer): Buffer | undefined {
  if (!file.subarray(0, header.length).equals(header)) return undefined;
  const middle = header.length + (file.length - header.length) / 2;
  const code = file.subarray(header.length, middle);
  return code.length > 0 && code.equals(file.subarray(middle)) ? code : undefined;
}

/** Windows keeps users' folders apart by itself and has neither of the two. */
function isOurs({ uid, mode }: { uid: number; mode: number }, { getuid }: Pick<NodeJS.Process, 'getuid'>): boolean {
  return !getuid || (uid === getuid() && (mode & 0o022) === 0);
}
