import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/diagnosis/explain/index.js';
import { diagnosed } from './diagnosed.js';

const folder = 'test/fixtures/broken-servers';
const names = readdirSync(folder).filter((name) => name.endsWith('.log'));

/** The cause that each way of breaking must be told by; null where the log alone cannot tell. */
const causeOf: Readonly<Record<string, string | null>> = {
  'expired-certificate': 'certificate-expired', 'full-disk': 'disk-full', 'no-permission': 'wrong-owner', 'log-removed': null, 'log-folder-removed-in-cluster': 'stale-member-rejoined',
  'rolled-back-in-cluster': 'log-shorter-than-promised', 'member-removed': 'stale-member-rejoined', 'member-list-differs': 'stale-member-rejoined', 'wrong-peer-url': 'member-address-wrong',
  'address-not-here': 'address-changed', 'database-of-another-moment': 'snap-db-mismatch', 'downgrade': 'version-mismatch', 'v2-content': 'v2-content-left',
};

const expected = (name: string): string | null => {
  const kind = Object.keys(causeOf).filter((key) => name.startsWith(key)).sort((a, b) => b.length - a.length)[0]!;
  // From 3.6 on a member whose log is gone says itself that nothing is stored.
  return kind === 'log-removed' && /-3\.[67]\./.test(name) ? 'writes-not-stored' : causeOf[kind]!;
};

const lines = (name: string): readonly string[] => readFileSync(`${folder}/${name}`, 'utf8').trimEnd().split('\n');
const text = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** The same log as the log systems of different installations hand it on. */
const forms: Readonly<Record<string, (all: readonly string[]) => Readonly<Record<string, string>>>> = {
  'as it is': (all) => ({ 'etcd.log': text(all) }),
  'journal, Windows line ends': (all) => ({ 'journal.txt': all.map((line) => `Nov 24 18:20:03 cp1 etcd[811]: ${line}\r\n`).join('') }),
  'journal in Chinese, below its command': (all) => ({ 'terminal.txt': `[root@cp1 ~]# journalctl -u etcd --no-pager\n${text(all.map((line) => `11月 24 18:20:03 cp1 etcd[811]: ${line}`))}` }),
  'docker json-file': (all) => ({ 'var/lib/docker/containers/5f2a/5f2a-json.log': text(all.map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T18:20:03.880463Z' }))) }),
  'CRI in a pod folder': (all) => ({ 'var/log/pods/kube-system_etcd-cp1_8a7f6d5c4b3a29181716151413121110/etcd/3.log': text(all.map((line) => `2026-11-24T18:20:03.880463123Z stderr F ${line}`)) }),
  'fenced in an issue': (all) => ({ 'issue.md': `# etcd does not start any more\n\nSince this morning our cluster is down, here is what it says.\n\n\`\`\`\n${text(all)}\`\`\`\n\nAny help is welcome, thank you very much.\n` }),
};

describe.each(Object.keys(forms))('real servers that were broken, %s', (form) => {
  it.each(names)('%s', async (name) => {
    const { causes } = await diagnosed(forms[form]!(lines(name)));
    const firm = causes.filter((cause) => (cause.confidence === 'proven' || cause.confidence === 'likely') && cause.role !== 'contributing').map(({ id }) => id);
    const right = expected(name);
    expect(firm).toEqual(right === null ? [] : [right]);
  });
});

describe('explain', () => {
  it.each(names.filter((name) => expected(name) !== null))('knows what ended %s', (name) => {
    const explained = explain(text(lines(name)), 'en');
    const decisive = explained.matches[explained.decisive!]!;
    expect(decisive.confidence).toBe('high');
    expect(['error', 'critical', 'warning'], decisive.messageId).toContain(decisive.severity);
  });
});
