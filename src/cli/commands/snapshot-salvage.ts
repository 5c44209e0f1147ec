import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { planCleanCopy, writeCleanSnapshot } from '../../etcd/snapshot/clean-copy.js';
import { newestKeys, newestRows, salvage } from '../../etcd/snapshot/salvage.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface SalvageOptions {
  readonly out: string;
  readonly jsonl?: string;
  readonly force?: boolean;
}

/** `snapshot salvage FILE --out NEW.db`: a new snapshot with a digest, which every etcd restores. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'bytes.cli.file'))
    .requiredOption('--out <file>', say(language, 'bytes.cli.salvage-out'))
    .option('--jsonl <file>', say(language, 'bytes.cli.salvage-jsonl'))
    .option('--force', say(language, 'cli.force'))
    .addHelpText('after', '\n  etcd-autopsy snapshot salvage broken.db --out salvaged.db')
    .action((file: string, options: SalvageOptions) => {
      for (const path of [options.out, options.jsonl]) {
        if (path !== undefined && options.force !== true && existsSync(path)) throw new Error(say(language, 'bytes.cli.exists', { path }));
      }
      const salvaged = salvage(databaseSource(file, language));
      const copy = planCleanCopy(salvaged);
      const kept = copy.rows;
      if (kept.length === 0) {
        process.stderr.write(`${say(language, 'bytes.salvage.nothing', { path: file })}\n`);
        process.exitCode = exitCode.findings;
        return;
      }
      const fd = openSync(options.out, options.force === true ? 'w' : 'wx', 0o600);
      try {
        writeCleanSnapshot(salvaged, (bytes, offset) => void writeSync(fd, bytes, 0, bytes.length, offset), copy);
      } finally {
        closeSync(fd);
      }
      if (options.jsonl !== undefined) {
        const lines = Array.from(newestKeys(salvaged, kept), ({ row, modRevision, version, value }) =>
          JSON.stringify({ key: Buffer.from(row.key, 'latin1').toString('utf8'), modRevision: Number(modRevision), version: Number(version), valueLength: value.length, confidence: row.confidence, page: row.page }));
        writeFileSync(options.jsonl, `${lines.join('\n')}\n`, { mode: 0o600, flag: options.force === true ? 'w' : 'wx' });
      }
      const last = kept[kept.length - 1];
      process.stdout.write(`${say(language, 'bytes.salvage.done', { out: options.out, rows: kept.length, keys: newestRows(kept).length, revision: String(last?.main ?? 0n), stale: kept.filter((row) => row.confidence === 'stale').length })}\n`);
      if (copy.compactedAt !== null) process.stdout.write(`${say(language, 'bytes.salvage.compacted', { revision: String(copy.compactedAt) })}\n`);
      if (salvaged.lost.length > 0) process.stdout.write(`${say(language, 'bytes.salvage.lost', { ranges: salvaged.lost.length })}\n`);
    });
}
