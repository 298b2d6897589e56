/**
 * Problems whose verdicts may differ from those of a native Python though nobody is wrong. The C library of Pyodide is
 * musl, whose tangent differs from glibc's in the last digit of some values: MBPP/488 compares an area that is made of
 * tan(pi/5) for exact equality, so it depends on how a candidate arranges its formula.
 */
export const knownDifferences: readonly { problemId: string; because: string }[] = [
  { problemId: 'MBPP/488', because: 'tan(pi/5) differs in the last digit between musl and glibc' },
];
