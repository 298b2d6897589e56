import { codeOf } from '../state-files.ts';

/** Why the disk did not take something, and what would mend it. */
export function diskProblem(error: unknown, directory: string) {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return `The disk that holds ${directory} is full (${code}); make room, or set WHETSTONE_STATE_DIR to another disk.`;
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return `${directory} cannot be written (${code}); correct its permissions, or set WHETSTONE_STATE_DIR to another directory.`;
  }
  return `${directory} cannot be written (${code}); check it, or set WHETSTONE_STATE_DIR to another directory.`;
}
