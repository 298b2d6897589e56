/**
 * Loaded when first needed, which is after a client has its tools. Not by `import()`: code that V8 takes from a cache
 * cannot import on Node 20.
 */
export const builtinHttp = (isSecure: boolean) => process.getBuiltinModule(isSecure ? 'node:https' : 'node:http');
