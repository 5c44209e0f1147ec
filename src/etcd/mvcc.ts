import { bucketEntries, bucketRows, openBolt, type Bolt, type BucketEntry, type Report, type Row } from '../formats/bbolt/db.js';
import type { ByteSource } from '../formats/source.js';
import { latin1 } from '../formats/latin1.js';
import { parseKeyValue, type KeyValue } from './key-value.js';
import { parseRevision, type Revision } from './revision-key.js';

/** etcd's database: bbolt with the buckets of etcd 3.6 server/storage/schema/bucket.go. */
export interface Backend {
  readonly bolt: Bolt;
  /** Root entries by name, in file order; the last of two with one name wins, as a search would find one. */
  readonly buckets: ReadonlyMap<string, BucketEntry>;
  /** Pages reached so far; a second visit is a problem. */
  readonly visited: Set<number>;
}

/** One version of one key. */
export interface MvccRow {
  readonly revision: Revision;
  readonly tombstone: boolean;
  readonly keyValue: KeyValue;
  readonly page: number;
}

const ignore: Report = () => undefined;

/** Opens the buckets of a db or snapshot file. Damage goes to `report`. */
export function openBackend(source: ByteSource, report: Report = ignore): Backend {
  const bolt = openBolt(source);
  const visited = new Set<number>();
  const buckets = new Map<string, BucketEntry>();
  for (const entry of bucketEntries(bolt, visited, report)) buckets.set(latin1(entry.name), entry);
  return { bolt, buckets, visited };
}

/** Rows of one bucket in key order; none when it is missing. */
export function* rowsOf(backend: Backend, name: string, report: Report = ignore): Generator<Row> {
  const bucket = backend.buckets.get(name);
  if (bucket?.isBucket === true) yield* bucketRows(backend.bolt, bucket, backend.visited, report);
}

/** Every readable row of bucket `key`, in order of revision. Unreadable rows go to `report`. */
export function* mvccRowsOf(backend: Backend, report: Report = ignore): Generator<MvccRow> {
  for (const row of rowsOf(backend, 'key', report)) {
    const key = parseRevision(row.key);
    const keyValue = key === null ? null : parseKeyValue(row.value);
    if (key === null || keyValue === null) {
      const what = key === null ? 'revision key' : 'value';
      report({ code: key === null ? 'etcd.revision-key' : 'etcd.key-value', severity: 'fatal', page: row.page, offset: row.page * backend.bolt.pageSize, message: `page ${row.page}: a row has an unreadable ${what}` });
      continue;
    }
    yield { revision: key.revision, tombstone: key.tombstone, keyValue, page: row.page };
  }
}

/** Every readable row of a db or snapshot file. */
export function mvccRows(source: ByteSource, report: Report = ignore): Generator<MvccRow> {
  return mvccRowsOf(openBackend(source, report), report);
}
