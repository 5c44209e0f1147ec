import type { Command } from 'commander';
import { newestKeys, salvage, type SalvagedKey } from '../../etcd/snapshot/salvage.js';
import { openBackend, rowsOf } from '../../etcd/mvcc.js';
import { latin1 } from '../../formats/latin1.js';
import { sha256 } from '../../formats/sha256.js';
import type { ByteSource } from '../../formats/source.js';
import { eachLiveRow } from '../../kubernetes/live-rows.js';
import { terminalText } from '../../report/escape/terminal.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface KeysOptions {
  readonly json?: boolean;
  readonly bucket?: string;
  readonly salvage?: boolean;
}

/** What is shown of a key: its value by length and digest alone. The key and the digest are latin-1 text, one code unit a byte. */
interface ShownKey {
  readonly key: string;
  readonly modRevision: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly valueLength: number;
  readonly valueDigest: string;
}

const textOf = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');

function described({ key, modRevision, createRevision, version, lease, valueLength, valueDigest }: ShownKey): object {
  return { key: textOf(key), modRevision, createRevision, version, lease: BigInt.asUintN(64, lease).toString(16).padStart(16, '0'), valueLength, valueSha256: Buffer.from(valueDigest, 'latin1').toString('hex') };
}

/** The live keys of a file that is sound all through, by bytes of the key; null for any other. Values are hashed where JSON shows that. */
function liveKeysOf(source: ByteSource, json: boolean): readonly ShownKey[] | null {
  const found: ShownKey[] = [];
  const whole = eachLiveRow(source, (write) => {
    if (write.keyEnd === write.keyAt) return;
    const value = write.value ?? new Uint8Array();
    found.push({ key: latin1(write.key), modRevision: write.main, createRevision: write.created, version: write.count, lease: write.lease, valueLength: value.length, valueDigest: json ? sha256(value) : '' });
  });
  return whole ? found.sort((a, b) => (a.key < b.key ? -1 : 1)) : null;
}

const longestPart = 1 << 16;

/** Prints line by line: all at once, the keys of a large cluster are longer than a string can be. */
function print<T>(all: Iterable<T>, line: (one: T) => string): void {
  let part = '';
  for (const one of all) {
    part += `${line(one)}\n`;
    if (part.length < longestPart) continue;
    process.stdout.write(part);
    part = '';
  }
  process.stdout.write(part);
}

const lineOf = (shown: ShownKey, json: boolean): string => (json ? JSON.stringify(described(shown)) : terminalText(textOf(shown.key)));

const shownOf = ({ row, modRevision, createRevision, version, lease, value }: SalvagedKey): ShownKey =>
  ({ key: row.key, modRevision: Number(modRevision), createRevision: Number(createRevision), version: Number(version), lease, valueLength: value.length, valueDigest: sha256(value) });

function lineOfSalvaged(found: SalvagedKey, json: boolean): string {
  const { key, confidence, page } = found.row;
  return json ? JSON.stringify({ ...described(shownOf(found)), confidence, page }) : terminalText(`${textOf(key)}  ${found.modRevision}  ${confidence}  ${page}`);
}

/** `snapshot keys FILE`: live keys with their revisions; with --salvage what survives anywhere in the file. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'bytes.cli.file'))
    .option('--json', say(language, 'cli.json'))
    .option('--salvage', say(language, 'bytes.cli.salvage-flag'))
    .option('--bucket <name>', say(language, 'bytes.cli.bucket'))
    .addHelpText('after', '\n  etcd-autopsy snapshot keys snapshot.db\n  etcd-autopsy snapshot keys broken.db --salvage --json\n  etcd-autopsy snapshot keys snapshot.db --bucket members')
    .action((file: string, options: KeysOptions) => {
      const source = databaseSource(file, language);
      if (options.bucket !== undefined) {
        for (const row of rowsOf(openBackend(source), options.bucket)) process.stdout.write(`${Buffer.from(row.key).toString('hex')}\n`);
        return;
      }
      const [json, everything] = [options.json === true, options.salvage === true];
      const sound = everything ? null : liveKeysOf(source, json);
      if (sound !== null) {
        print(sound, (shown) => lineOf(shown, json));
        return;
      }
      const salvaged = salvage(source);
      const rows = everything ? salvaged.rows : salvaged.rows.filter((row) => row.confidence !== 'stale');
      print(newestKeys(salvaged, rows), (found) => (everything ? lineOfSalvaged(found, json) : lineOf(shownOf(found), json)));
      if (everything || (salvaged.lost.length === 0 && rows.every((row) => row.confidence === 'whole'))) return;
      process.stderr.write(`${say(language, 'bytes.cli.unreadable-keys')}\n`);
      process.exitCode = exitCode.findings;
    });
}
