// Loaded before the program under test: a file gets its name half a second late.
const files = require('node:fs/promises');
const { rename } = files;
files.rename = async (from, to) => {
  await new Promise((later) => setTimeout(later, 500));
  return rename(from, to);
};
