/** A sentence of the harness, which writes for terminals, as pages have it: a capital letter, and signs for minus and "at least". */
export const typeset = (sentence: string): string =>
  `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`.replaceAll('>=', '≥').replaceAll(/(?<![\w.])-(?=\d)/g, '−');
