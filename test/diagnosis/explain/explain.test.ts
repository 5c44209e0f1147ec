import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knownMessages } from '../../../src/artifacts/messages/index.js';
import { literalFragment } from '../../../src/artifacts/messages/fragment.js';
import { adviceFor } from '../../../src/diagnosis/explain/advice.js';
import { explain } from '../../../src/diagnosis/explain/index.js';
import { moreMessages } from '../../../src/diagnosis/explain/more-messages.js';
import { explanationText } from '../../../src/diagnosis/explain/text.js';
import { catalogues } from '../../../src/words/areas.js';
import { knownLines } from './known-lines.js';

const first = (text: string): string | undefined => explain(text, 'en').matches[0]?.messageId;

describe('the words of the catalogue', () => {
  const all = [...knownMessages, ...moreMessages];

  it('has meaning and advice for every message, in both languages, and nothing that no message uses', () => {
    for (const { id } of all) {
      const advice = adviceFor(id);
      expect(advice, id).not.toBeNull();
      for (const words of Object.values(catalogues)) {
        expect(words[`explain.${id}.means`], id).toBeTruthy();
        expect(words[`explain.do.${advice!.act}`], id).toBeTruthy();
        if (advice!.avoid !== null) expect(words[`explain.dont.${advice!.avoid}`], id).toBeTruthy();
      }
    }
    const ids = new Set(all.map(({ id }) => id));
    const used = new Set(all.flatMap(({ id }) => [`do.${adviceFor(id)!.act}`, `dont.${adviceFor(id)!.avoid ?? ''}`]));
    for (const key of Object.keys(catalogues.en)) {
      const id = /^explain\.(.+)\.means$/.exec(key)?.[1];
      if (id !== undefined) expect(ids.has(id), key).toBe(true);
      const advice = /^explain\.(do(?:nt)?\..+)$/.exec(key)?.[1];
      if (advice !== undefined) expect(used.has(advice), key).toBe(true);
    }
  });

  it('has ids only once, and literal pieces long enough for the filter', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, patterns } of all) for (const pattern of patterns) expect(literalFragment(pattern).length, `${id} ${pattern.source}`).toBeGreaterThanOrEqual(id === 'backup.cron-run' ? 6 : 8);
  });
});

describe('explain', () => {
  it.each(knownLines)('%s', (line, id, save) => {
    const [match] = explain(line, 'en').matches;
    expect(match).toMatchObject({ messageId: id, save, confidence: 'high', line: 1 });
    expect(match!.meaning).not.toBe(explain(line, 'zh-CN').matches[0]!.meaning);
  });

  const panic = 'panic: freepages: failed to get all reachable pages (page 42: multiple references (stack: [7 42]))';
  it.each([
    ['journal in Chinese', `5月 13 08:42:02 ks-master1 etcd[1180]: ${panic}`],
    ['syslog without pid', `May 13 08:42:02 ks-master1 etcd: ${panic}`],
    ['docker', JSON.stringify({ log: `${panic}\n`, stream: 'stderr', time: '2024-05-13T00:42:02.212123456Z' })],
    ['CRI', `2026-10-15T04:41:07.020404512+02:00 stderr F ${panic}`],
    ['CRI without time', `stderr F ${panic}`],
    ['compose', `etcd-1  | ${panic}`],
    ['colours', `\u001b[31m${panic}\u001b[0m`],
    ['cut at the right', 'panic: freepages: failed to get all reach…'],
    ['cut at the left', '…to get all reachable pages (page 42: mult'],
    ['another case', panic.toUpperCase()],
    ['typed by hand', 'panic: frepages: faild to get all reachble pages'],
    ['broken by the terminal', `${panic.slice(0, 40)}\n${panic.slice(40)}`],
  ])('survives: %s', (_form, text) => {
    expect(first(text)).toBe('etcd.db-freepages');
  });

  it('reads a log: each message once, with its lines and count, and the line that tells most', () => {
    const log = readFileSync('samples/kubekey-powercut/bundle/journal_etcd.txt', 'utf8');
    const explained = explain(log, 'en');
    expect(explained.matches[explained.decisive!]).toMatchObject({ messageId: 'etcd.db-freepages', program: 'etcd', line: 108, count: 3, severity: 'critical' });
    expect(explained.matches.every((match) => match.confidence === 'high')).toBe(true);
  });

  it('names the version of a build path and the values of a line', () => {
    expect(explain('/tmp/etcd-release-3.4.13/etcd/release/etcd/raft/log.go:203 +0x131\npanic: tocommit(5502) is out of range [lastIndex(5001)].', 'en')).toMatchObject({ builtFrom: '3.4.13', matches: [{ fields: { commit: '5502', last: '5001' } }] });
  });

  it('calls fuzzy matches unsure, in words', () => {
    const explained = explain('wal: crc mismach, read wal eror and canot be repaired', 'en');
    expect(explained.matches[0]).toMatchObject({ confidence: 'low' });
    expect(explanationText(explained, 'en')).toContain('Not sure');
    expect(explanationText(explained, 'zh-CN')).toContain('不确定');
  });

  it('masks secrets in the line that it shows', () => {
    expect(JSON.stringify(explain('etcdctl --user root:hunter2 password=hunter2 Error: context deadline exceeded', 'en'))).not.toContain('password=hunter2');
  });

  it.each([
    '10.0.0.9 - - [13/May/2024:10:00:00 +0800] "GET /healthz HTTP/1.1" 200 12 "-" "kube-probe/1.23"',
    '2024-05-13 10:00:01.123  INFO 1 --- [main] com.example.App : Started App in 3.2 seconds (JVM running for 4.1)',
    'May 13 10:00:01 host sshd[123]: Accepted publickey for root from 10.0.0.1 port 50022 ssh2',
    'redis: 1:M 13 May 2024 10:00:00.000 * Background saving started by pid 21',
    'Everything is fine today and nothing else happened on this server.',
    "ls: cannot access '/var/foo': No such file or directory",
    '',
  ])('says nothing about what it does not know: %s', (line) => {
    const explained = explain(line, 'en');
    expect(explained.matches).toEqual([]);
    expect(explanationText(explained, 'en')).toContain('None of these lines is known');
  });
});
