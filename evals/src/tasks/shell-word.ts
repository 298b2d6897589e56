/** A text as one word for `sh`. Names of files are whatever somebody called them. */
export const shellWord = (text: string) =>
  /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
