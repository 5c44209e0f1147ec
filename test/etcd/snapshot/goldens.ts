import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { decompress } from '../../../src/intake/decompress.js';
import { bytesSource } from '../../../src/formats/source.js';
import { extract } from 'tar-stream';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** One run of a real tool, as recorded. */
export interface GoldenRun {
  readonly tool: string;
  readonly argv: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real database file with everything that real tools said about it. */
export interface Golden {
  readonly name: string;
  readonly bytes: Buffer;
  readonly runs: readonly GoldenRun[];
  /** Live keys as `*.keys.jsonl.gz` lists them after restore and boot; null for data directories. */
  readonly keys: readonly string[] | null;
}

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

const goldenFile = (path: string): { runs?: GoldenRun[]; dbRuns?: GoldenRun[] } => JSON.parse(readFileSync(path, 'utf8')) as { runs?: GoldenRun[]; dbRuns?: GoldenRun[] };

/** Every snapshot of the fixtures. */
export function* goldenSnapshots(): Generator<Golden> {
  for (const version of readdirSync(join(fixtures, 'snapshots'))) {
    const folder = join(fixtures, 'snapshots', version);
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.db.gz')) continue;
      const stem = join(folder, file.replace(/\.db\.gz$/, ''));
      yield {
        name: `${version}/${basename(stem)}`,
        bytes: gunzipSync(readFileSync(join(folder, file))),
        runs: goldenFile(`${stem}.golden.json`).runs ?? [],
        keys: gunzipSync(readFileSync(`${stem}.keys.jsonl.gz`)).toString('utf8').trim().split('\n'),
      };
    }
  }
}

async function memberDb(archive: string): Promise<Buffer> {
  let db = Buffer.alloc(0);
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: unknown) => (header.name.endsWith('member/snap/db') ? parts.push(part as Buffer) : 0));
    stream.on('end', () => {
      if (parts.length > 0) db = Buffer.concat(parts);
      next();
    });
  });
  await finished(Readable.from(decompress('xz', bytesSource(readFileSync(archive)))).pipe(tar));
  return db;
}

/** The database of every data directory of the fixtures. */
export async function* goldenDatabases(): AsyncGenerator<Golden> {
  const folder = join(fixtures, 'datadirs');
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.tar.xz')) continue;
    const stem = join(folder, file.replace(/\.tar\.xz$/, ''));
    yield { name: basename(stem), bytes: await memberDb(join(folder, file)), runs: goldenFile(`${stem}.golden.json`).dbRuns ?? [], keys: null };
  }
}
