import type { Command } from 'commander';
import { findObjects, prefixesIn, type FoundObject, type Wanted } from '../../kubernetes/find-objects.js';
import { kindOfResource } from '../../kubernetes/kind-words.js';
import { readObject } from '../../kubernetes/object.js';
import { plainJsonText } from '../../kubernetes/plain-json.js';
import { holdsSecrets, withSecretsWithheld } from '../../kubernetes/withhold.js';
import { kubernetesYaml } from '../../kubernetes/yaml.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { revisionOf } from '../revision-argument.js';
import { openWrites, warnOfCompaction } from '../stored-writes.js';
import { terminalText } from '../../report/escape/terminal.js';

interface Options {
  readonly json?: boolean;
  readonly reveal?: boolean;
  readonly revision?: string;
}

/** `snapshot get FILE KIND NAMESPACE/NAME`: one object as `kubectl get -o yaml` would show it. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'kubernetes.cli.file'))
    .argument('<kind>', say(language, 'kubernetes.cli.get.kind'))
    .argument('[name]', say(language, 'kubernetes.cli.get.name'))
    .option('--revision <number>', say(language, 'kubernetes.cli.get.revision'))
    .option('--reveal', say(language, 'kubernetes.cli.reveal'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy snapshot get snapshot.db deployment shop/web\n  etcd-autopsy snapshot get snapshot.db node node1 --json\n  etcd-autopsy snapshot get snapshot.db widgets.app.example.com shop/w1\n  etcd-autopsy snapshot get snapshot.db /registry/configmaps/kube-system/coredns')
    .action((file: string, kind: string, name: string | undefined, options: Options) => {
      const wanted = wantedOf(kind, name, language);
      const upTo = options.revision === undefined ? null : revisionOf(options.revision, language);
      const input = openWrites(file, language);
      const prefixes = prefixesIn(input.writes());
      // The pass that is told of is the last one that was begun.
      const { found, others } = findObjects(input.writes(), wanted, upTo, prefixes);
      input.warn();
      warnOfCompaction(input, upTo, language);
      const living = found.filter((f) => f.deletedAt === null);
      if (living.length === 0) {
        process.stderr.write(`${absence(wanted, found, others, language)}\n`);
        process.exitCode = exitCode.findings;
        return;
      }
      process.stdout.write(living.map((f) => shown(f, options, language)).join(options.json === true ? '' : '---\n'));
    });
}

function wantedOf(kind: string, name: string | undefined, language: Language): Wanted {
  if (kind.startsWith('/') || kind === 'compact_rev_key') return { by: 'key', key: kind };
  const joined = name ?? (kind.includes('/') ? kind.slice(kind.indexOf('/') + 1) : undefined);
  if (joined === undefined) throw new Error(say(language, 'kubernetes.get.name-missing'));
  const word = name === undefined ? kind.slice(0, kind.indexOf('/')) : kind;
  const slash = joined.indexOf('/');
  return { by: 'name', kind: word, namespace: slash < 0 ? null : joined.slice(0, slash), name: joined.slice(slash + 1) };
}

function absence(wanted: Wanted, found: readonly FoundObject[], others: readonly string[], language: Language): string {
  const what = wanted.by === 'key' ? wanted.key : `${wanted.kind} ${wanted.namespace === null ? '' : `${wanted.namespace}/`}${wanted.name}`;
  const gone = found.find((f) => f.deletedAt !== null);
  if (gone !== undefined) return say(language, 'kubernetes.get.deleted', { what: terminalText(what), revision: String(gone.deletedAt), before: String((gone.deletedAt ?? 1n) - 1n) });
  const lines = [say(language, 'kubernetes.get.absent', { what: terminalText(what) })];
  if (others.length > 0) lines.push(say(language, 'kubernetes.get.others', { names: others.map(terminalText).join(', ') }));
  return lines.join('\n');
}

function shown(found: FoundObject, options: Options, language: Language): string {
  const read = readObject(found.value, found.revision);
  const note = (key: string, params: Record<string, string | number> = {}): void => {
    process.stderr.write(`${say(language, key, { key: terminalText(found.key), ...params })}\n`);
  };
  const print = (object: unknown): string => (options.json === true ? `${plainJsonText(object, 2)}\n` : kubernetesYaml(object));
  if (read.form === 'unreadable') {
    note(`kubernetes.get.${read.reason}`, { bytes: found.value.length });
    process.exitCode = exitCode.inconclusive;
    return '';
  }
  if (read.form === 'encrypted') {
    note('kubernetes.get.encrypted', { provider: read.provider, keyName: read.keyName });
    const identity = found.identity;
    const metadata = { ...(identity?.namespace == null ? {} : { namespace: identity.namespace }), name: identity?.name ?? found.key, resourceVersion: String(found.revision) };
    return print({ kind: identity === null ? '' : kindOfResource(identity.resource), metadata, encrypted: { provider: read.provider, keyName: read.keyName } });
  }
  if (read.malformed) note('kubernetes.get.partly');
  if (!read.known) note('kubernetes.get.unknown-kind', { kind: terminalText(String(read.object['kind'])) });
  else if (read.unknownFields.length > 0) note('kubernetes.get.unknown-fields', { fields: read.unknownFields.join(', ') });
  if (!holdsSecrets(found.identity?.resource ?? '', read.object)) return print(read.object);
  if (options.reveal === true) {
    note('kubernetes.get.revealed');
    return print(read.object);
  }
  note('kubernetes.get.withheld');
  return print(withSecretsWithheld(read.object, say(language, 'kubernetes.withheld')));
}
