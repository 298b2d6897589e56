// Preloaded into a server: says on stderr which built-in modules are loaded when the answer with the given id leaves.
const until = `"id":${process.env.WHETSTONE_SPY_UNTIL}`;
const write = process.stdout.write;
process.stdout.write = function spied(...args) {
  if (String(args[0]).includes(until)) {
    const own = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
    process.stderr.write(`modules: ${JSON.stringify(own)}\n`);
  }
  return write.apply(this, args);
};
