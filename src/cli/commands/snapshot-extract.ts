import type { Command } from 'commander';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractObjects, type Extract, type ExtractedObject } from '../../kubernetes/extract.js';
import { parseSelector } from '../../kubernetes/label-selector.js';
import { plainJsonText } from '../../kubernetes/plain-json.js';
import { kubernetesYaml } from '../../kubernetes/yaml.js';
import { terminalText } from '../../report/escape/terminal.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { exitCode } from '../exit-codes.js';
import { kindWords } from '../kind-option.js';
import { currentLanguage } from '../language.js';
import { revisionOf } from '../revision-argument.js';
import { openWrites, warnOfCompaction } from '../stored-writes.js';

interface Options {
  readonly namespace?: string;
  readonly kind?: readonly string[];
  readonly selector?: string;
  readonly missingIn?: string;
  readonly revision?: string;
  readonly out?: string;
  readonly reveal?: boolean;
  readonly json?: boolean;
}

/** `snapshot extract FILE`: objects as manifests for `kubectl apply`, and what cannot come back that way. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'kubernetes.cli.file'))
    .option('-n, --namespace <name>', say(language, 'kubernetes.cli.namespace'))
    .option('-k, --kind <kind>', say(language, 'kubernetes.cli.kind'), kindWords)
    .option('-l, --selector <labels>', say(language, 'kubernetes.cli.extract.selector'))
    .option('--missing-in <later>', say(language, 'kubernetes.cli.extract.missing-in'))
    .option('--revision <number>', say(language, 'kubernetes.cli.extract.revision'))
    .option('--out <folder>', say(language, 'kubernetes.cli.extract.out'))
    .option('--reveal', say(language, 'kubernetes.cli.extract.reveal'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy snapshot extract before.db --namespace billing --missing-in after.db --out ./billing\n  etcd-autopsy snapshot extract before.db --kind configmap --selector app=web\n  etcd-autopsy snapshot extract after.db --revision 11841 --missing-in after.db   # from the history of one file')
    .action((file: string, options: Options) => {
      const result = take(file, options, language);
      if (options.out !== undefined) writeFolder(options.out, result, language);
      else if (options.json !== true) process.stdout.write(result.manifests.map((m) => kubernetesYaml(m.manifest)).join('---\n'));
      if (options.json === true) process.stdout.write(`${plainJsonText(result, 2)}\n`);
      else process.stderr.write(`${summary(result, language)}\n`);
      if (options.reveal === true && result.manifests.some((m) => m.manifest['kind'] === 'Secret')) process.stderr.write(`${say(language, 'kubernetes.extract.revealed')}\n`);
      if (result.manifests.length === 0) process.exitCode = exitCode.findings;
    });
}

function take(file: string, options: Options, language: Language): Extract {
  const { namespace, kind = [], selector: selectorText, missingIn, revision } = options;
  if (namespace === undefined && kind.length === 0 && selectorText === undefined && missingIn === undefined) throw new Error(say(language, 'kubernetes.extract.nothing-asked'));
  const selector = selectorText === undefined ? null : parseSelector(selectorText);
  if (selectorText !== undefined && selector === null) throw new Error(say(language, 'kubernetes.extract.bad-selector', { text: terminalText(selectorText) }));
  const wish = { namespace: namespace ?? null, kinds: kind, selector, revision: revision === undefined ? null : revisionOf(revision, language), reveal: options.reveal === true };
  const input = openWrites(file, language);
  const later = missingIn === undefined ? null : openWrites(missingIn, language);
  const extract = extractObjects(input.writes, wish, later?.writes ?? null);
  input.warn();
  later?.warn();
  warnOfCompaction(input, wish.revision, language);
  return extract;
}

/** One manifest a file, numbered in the order of applying; nothing that exists is overwritten. */
function writeFolder(folder: string, { manifests, leftOut }: Extract, language: Language): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(say(language, 'kubernetes.extract.folder-not-empty', { folder: terminalText(folder) }));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const safe = (text: string): string => text.replace(/[^\w.-]/g, '_').slice(0, 80);
  manifests.forEach((m, i) => {
    const name = `${String(i + 1).padStart(5, '0')}-${safe(String(m.manifest['kind']))}-${m.namespace === null ? '' : `${safe(m.namespace)}-`}${safe(m.name)}.yaml`;
    writeFileSync(join(folder, name), kubernetesYaml(m.manifest), { flag: 'wx', mode: 0o600 });
  });
  if (leftOut.length === 0) return;
  const lines = leftOut.map((o) => `${named(o)}\t${say(language, `kubernetes.left-out.${o.reason}`)}`);
  writeFileSync(join(folder, 'LEFT-OUT.txt'), `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
}

function named(o: ExtractedObject): string {
  return terminalText(`${o.resource} ${o.namespace === null ? o.name : `${o.namespace}/${o.name}`}`);
}

function summary({ manifests, leftOut, unchecked }: Extract, language: Language): string {
  const lines = [say(language, 'kubernetes.extract.summary', { manifests: manifests.length, leftOut: leftOut.length })];
  if (unchecked > 0) lines.push(`! ${say(language, 'kubernetes.extract.unchecked', { unchecked })}`);
  const reasons = new Map<string, (typeof leftOut)[number][]>();
  for (const o of leftOut) reasons.set(o.reason, [...(reasons.get(o.reason) ?? []), o]);
  for (const [reason, list] of reasons) lines.push(`  ${list.length} × ${say(language, `kubernetes.left-out.${reason}`)}: ${list.slice(0, 3).map(named).join(', ')}${list.length > 3 ? ', …' : ''}`);
  const notes = new Map<string, string[]>();
  for (const m of manifests) for (const note of m.notes) notes.set(note, [...(notes.get(note) ?? []), named(m)]);
  for (const [note, names] of notes) lines.push(`! ${say(language, `kubernetes.manifest-note.${note}`)}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`);
  if (manifests.some((m) => m.manifest['kind'] === 'CustomResourceDefinition')) lines.push(say(language, 'kubernetes.extract.definitions-first'));
  return lines.join('\n');
}
