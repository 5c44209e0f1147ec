import type { ProtobufDialect } from '../protobuf/strict.js';

/**
 * What differs between the WAL decoders of etcd's lines (wal/decoder.go up to 3.4, server/wal/decoder.go
 * 3.5, server/storage/wal/decoder.go since 3.6).
 */
export interface WalDialect {
  /** `ten-mebibytes`: a longer record is an error that cannot be repaired; `rest-of-file`: it is a torn tail. */
  readonly entryLimit: 'ten-mebibytes' | 'rest-of-file';
  /** Verb in the text of the limit: `when decoding` (3.5) or `when reading` (3.6). */
  readonly limitVerb: 'decoding' | 'reading';
  /** True when a CRC mismatch names expected and computed value, file and position (3.6). */
  readonly positioned: boolean;
  /** Text when a crc record contradicts the chain. */
  readonly chainText: 'wal: crc mismatch' | 'walpb: crc mismatch';
  readonly protobuf: ProtobufDialect;
  /** True when a snapshot mark has a third field, the members (3.5). */
  readonly marksNameMembers: boolean;
}

/** The dialect of an etcd version such as `3.5.30` or `3.5`. A line alone means its newest patch. */
export function walDialect(version: string): WalDialect {
  const [, minorText, patchText] = /^v?3\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  const minor = Number(minorText ?? 5);
  const patch = patchText === undefined ? Infinity : Number(patchText);
  return {
    entryLimit: minor < 5 || (minor === 5 && patch < 5) ? 'ten-mebibytes' : 'rest-of-file',
    limitVerb: minor < 6 ? 'decoding' : 'reading',
    positioned: minor >= 6,
    chainText: minor < 6 ? 'wal: crc mismatch' : 'walpb: crc mismatch',
    protobuf: minor < 7 ? 'gogo' : 'google',
    marksNameMembers: minor >= 5,
  };
}
