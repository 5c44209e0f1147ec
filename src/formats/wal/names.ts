/** One segment's name: `%016x-%016x.wal`, sequence and index of the first entry that it may hold. */
export interface SegmentName {
  readonly name: string;
  readonly sequence: bigint;
  readonly index: bigint;
}

/**
 * Reads a segment name as etcd does (server/storage/wal/util.go: the name must end in `.wal`, then
 * `fmt.Sscanf` with `%016x-%016x.wal`, which takes one to sixteen hex digits). Null for foreign files.
 */
export function parseSegmentName(name: string): SegmentName | null {
  const match = /^([0-9a-fA-F]{1,16})-([0-9a-fA-F]{1,16})\.wal$/.exec(name);
  if (match === null) return null;
  return { name, sequence: BigInt(`0x${match[1]}`), index: BigInt(`0x${match[2]}`) };
}

/** Segments among the names of a directory, in the order in which etcd reads them: by name. */
export function segmentNames(names: Iterable<string>): SegmentName[] {
  return [...names].map(parseSegmentName).filter((segment) => segment !== null).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Position of the last segment whose first index is not above `index`; -1 when there is none. */
export function segmentFor(segments: readonly SegmentName[], index: bigint): number {
  for (let i = segments.length - 1; i >= 0; i--) if (index >= segments[i]!.index) return i;
  return -1;
}

/** True when sequence numbers go up by one (etcd does not compare with a predecessor numbered 0). */
export function isContinuous(segments: readonly SegmentName[]): boolean {
  let last = 0n;
  for (const { sequence } of segments) {
    if (last !== 0n && sequence !== last + 1n) return false;
    last = sequence;
  }
  return true;
}
