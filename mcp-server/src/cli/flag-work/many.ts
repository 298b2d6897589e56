/** `1 flag`, `2 flags`. */
export const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
