/** What belongs to the language; all else of a Node process goes. */
const language = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp
   Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer
   Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array
   Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator WeakMap WeakSet WeakRef Proxy Reflect
   FinalizationRegistry SharedArrayBuffer decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
   isFinite isNaN globalThis`.split(/\s+/),
);

export function emptyGlobals() {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name === 'string' && language.has(name)) continue;
    Reflect.deleteProperty(globalThis, name);
  }
  for (const name of language) {
    const value = globalThis[name];
    if (typeof value !== 'function' && typeof value !== 'object') continue;
    if (name === 'globalThis' || value === null) continue;
    Object.freeze(value);
    if (value.prototype) Object.freeze(value.prototype);
  }
}
