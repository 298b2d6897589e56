/** The address of a flag, or of one part of its page. `/flags/new` is where flags are made: one called "new" says its part. */
export const flagPath = (key: string, part = '') =>
  part === '' ? `/flags/${key}${key === 'new' ? '/targeting' : ''}` : `/flags/${key}/${part}`;
