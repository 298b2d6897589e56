import { WhetstoneError } from '@whetstone/shared/errors';

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

/** What the file system refused, as a sentence a person can act on. Anything but an error of the system is a bug and rises. */
export function diskProblem(path: string, error: unknown): unknown {
  const reason = reasons[codeOf(error)];
  if (!reason) return error;
  return new WhetstoneError(
    'unavailable',
    `cannot write ${path}: ${reason}. What was written before is safe: the same command goes on from there.`,
    { cause: error },
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
  EFBIG: 'the file grew beyond the largest size that is allowed',
  EROFS: 'the file system is read-only; choose another --out',
  EACCES: 'permission denied; choose another --out',
  EPERM: 'the system does not permit it; choose another --out',
  ENOTDIR: 'a part of the path is a file; choose another --out',
  EEXIST: 'a file lies where a folder should be; choose another --out',
  EISDIR: 'a folder lies where a file should be; choose another --out',
  ENOENT: 'a folder of the path is missing and cannot be made; choose another --out',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
};
