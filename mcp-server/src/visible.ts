/**
 * Names of files and texts of flags are other people's: nothing in them may steer a terminal, nor begin a line of its own in
 * what a model or a person reads as ours. Control characters, and those of Unicode that turn or hide text.
 */
export const visible = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
