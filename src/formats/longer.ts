/** A column of numbers, at the beginning of a longer one. */
export function longer<A extends Int32Array | Uint32Array | Uint8Array | Float64Array | BigInt64Array>(from: A, to: A): A {
  to.set(from as never);
  return to;
}
