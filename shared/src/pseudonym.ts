/**
 * The name under which the cloud knows whoever or whatever has an identifier that may not leave the machine. The same on
 * every machine, for ever, so that one person stays one unit in experiments; there is no secret that all clients of a
 * project share, so it is no protection against somebody who guesses the identifier and hashes it, too.
 */
export const pseudonymWith = (sha256Hex: (text: string) => string) => (identifier: string) =>
  `anon-${sha256Hex(`whetstone identifier\n${identifier}`).slice(0, 32)}`;
