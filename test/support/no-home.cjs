// As Node behaves for a user without a name and without HOME: a number that a container was told to run as.
const os = require('node:os');
const unknown = () => {
  throw Object.assign(new Error('no such user'), { code: 'ENOENT' });
};
Object.assign(os, { homedir: unknown, userInfo: unknown });
require('node:module').syncBuiltinESMExports();
