/** English prose and code have about four characters a token; nobody knows whose tokens are meant. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);
