import { closeSync, createReadStream, createWriteStream, existsSync, mkdtempSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Command } from 'commander';
import { pack } from 'tar-stream';
import { readArtifacts } from '../../artifacts/index.js';
import { openBundle, type BundleFile } from '../../intake/index.js';
import { redactor, shareFile, type RedactionKind, type SecretCount } from '../../redaction/index.js';
import { say } from '../../words/say.js';
import { withBundles, type Later } from '../bundles.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { redactKinds } from '../redact-option.js';

interface Options {
  readonly out: string;
  readonly redact?: readonly RedactionKind[];
  readonly force?: boolean;
}

/** Writes the lines of a shared file to a private file, so that its size is known before it is packed. */
function writeLines(lines: Iterable<string>, path: string): void {
  const out = openSync(path, 'w', 0o600);
  try {
    let waiting = '';
    for (const line of lines) {
      waiting += `${line}\n`;
      if (waiting.length > 1 << 20) {
        writeSync(out, waiting);
        waiting = '';
      }
    }
    writeSync(out, waiting);
  } finally {
    closeSync(out);
  }
}

interface ReportRow {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly leftOut: string | null;
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedLines: readonly number[];
  readonly replaced: Readonly<Record<string, number>>;
}

/** Host names of the bundle, so that `--redact hosts` finds them in every file. */
function hostNames(facts: Awaited<ReturnType<typeof readArtifacts>>['facts']): readonly string[] {
  return [...new Set(facts.flatMap((fact) => [fact.host, fact.kind === 'hostname' ? fact.name : null, fact.kind === 'member' ? fact.name : null]).filter((name): name is string => name !== null && name !== ''))];
}

async function share(inputs: readonly string[], options: Options, later: Later): Promise<{ readonly files: number; readonly left: number; readonly map: string | null }> {
  const place = resolve(options.out);
  const bundle = await openBundle(inputs);
  later(() => bundle.close());
  const work = mkdtempSync(join(dirname(place), '.share-'));
  later(() => rmSync(work, { recursive: true, force: true }));
  const artifacts = await readArtifacts(bundle.files);
  const databases = new Set(artifacts.databases.flatMap((group) => (group.kind === 'file' ? [group.file] : [group.db, ...group.snapFiles, ...group.walFiles])).filter((file): file is BundleFile => file !== null).map((file) => file.path));
  const names = [...new Set(artifacts.facts.flatMap((fact) => (fact.kind === 'kube-object' ? [fact.namespace, fact.name] : [])).filter((name): name is string => name !== null && !/^(?:default|kube-.*)$/.test(name)))];
  const words = redactor(options.redact ?? [], { hosts: hostNames(artifacts.facts), names });
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(join(work, 'out'), { mode: 0o600 }));
  const rows: ReportRow[] = [];
  const part = join(work, 'part');
  const add = async (name: string): Promise<void> => pipeline(createReadStream(part), tar.entry({ name, size: statSync(part).size, mode: 0o644, mtime: new Date(0) }));
  for (const file of bundle.files) {
    const shared = shareFile(file, databases.has(file.path), words);
    const secrets: SecretCount[] = [];
    const path = words.redact(file.path, file.path);
    if (shared.left === null) {
      writeLines(shared.lines((count) => secrets.push(count)), part);
      await add(path.replaceAll('!/', '/'));
    }
    rows.push({
      path, size: file.size, sha256: file.sha256, leftOut: shared.left,
      dropped: tally(secrets.map((secret) => secret.rule)),
      droppedLines: [...new Set(secrets.map((secret) => secret.line))].slice(0, 1000),
      replaced: Object.fromEntries(words.counts.filter((count) => count.artifact === file.path).map((count) => [count.rule, count.count])),
    });
  }
  writeFileSync(part, `${JSON.stringify({ files: rows }, null, 2)}\n`);
  await add('redaction-report.json');
  tar.finalize();
  await written;
  const map = words.map.length === 0 ? null : `${place}.private-map.json`;
  if (map !== null) writeFileSync(map, `${JSON.stringify(words.map, null, 2)}\n`, { mode: 0o600 });
  renameSync(join(work, 'out'), place);
  return { files: rows.filter((row) => row.leftOut === null).length, left: rows.filter((row) => row.leftOut !== null).length, map };
}

function tally(list: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of list) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** `bundle share`: a reduced bundle without secrets and databases, fit to be given to others. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<input...>', say(language, 'cli.share.input'))
    .requiredOption('-o, --out <file>', say(language, 'cli.share.out'))
    .option('--redact <kinds>', say(language, 'cli.share.redact'), redactKinds)
    .option('--force', say(language, 'cli.force'))
    .addHelpText('after', '\n  etcd-autopsy bundle share ./bundle --out share.tar.gz\n  etcd-autopsy bundle share host1.tar.gz host2.tar.gz --out share.tar.gz --redact hosts,ips,names')
    .action(async (inputs: readonly string[], options: Options) => {
      if (existsSync(options.out) && options.force !== true) {
        process.stderr.write(`etcd-autopsy: ${say(language, 'cli.share.exists', { file: options.out })}\n`);
        process.exitCode = exitCode.usage;
        return;
      }
      const shared = await withBundles({ language }, (later) => share(inputs, options, later));
      if (shared === null) return;
      const { files, left, map } = shared;
      process.stdout.write(`${say(language, 'cli.share.done', { file: options.out, files, left })}\n`);
      if (map !== null) process.stdout.write(`${say(language, 'cli.share.map', { map })}\n`);
    });
}
