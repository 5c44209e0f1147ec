import { describe, expect, it } from 'vitest';
import { reconstruct } from '../../src/timeline/index.js';
import { draftOf } from './text-bundle.js';

const zone = (now: string, utc: string, name: string, word: string): string => `root@cp1:~# timedatectl\n      Local time: ${now} ${word.split(',')[0]!}\n  Universal time: ${utc} UTC\n        Time zone: ${name} (${word})\n`;
const berlinAutumn = zone('Sun 2026-10-25 12:00:00', 'Sun 2026-10-25 11:00:00', 'Europe/Berlin', 'CET, +0100');
const berlinSpring = zone('Sun 2026-03-29 12:00:00', 'Sun 2026-03-29 10:00:00', 'Europe/Berlin', 'CEST, +0200');
const chicago = zone('Sun 2026-11-01 12:00:00', 'Sun 2026-11-01 18:00:00', 'America/Chicago', 'CST, -0600');
const date = (text: string): string => `root@cp1:~# date\n${text}\n`;
const death = 'cp1 etcd[811]: panic: cannot use none as id\n';

/** One line, and the interval in UTC that it can mean. */
const cases: readonly (readonly [name: string, clock: string, line: string, from: string, to: string])[] = [
  ['the hour that is passed twice, without a word', berlinAutumn, `Oct 25 02:30:00 ${death}`, '2026-10-25T00:30:00Z', '2026-10-25T01:30:00.999Z'],
  ['the same with the summer word', berlinAutumn, `Sun 2026-10-25 02:30:00 CEST ${death}`, '2026-10-25T00:30:00Z', '2026-10-25T00:30:00.999Z'],
  ['the same with the winter word', berlinAutumn, `Sun 2026-10-25 02:30:00 CET ${death}`, '2026-10-25T01:30:00Z', '2026-10-25T01:30:00.999Z'],
  ['an hour before and an hour after', berlinAutumn, `Oct 25 01:59:59 ${death}`, '2026-10-24T23:59:59Z', '2026-10-24T23:59:59.999Z'],
  ['the first moment behind it', berlinAutumn, `Oct 25 03:00:00 ${death}`, '2026-10-25T02:00:00Z', '2026-10-25T02:00:00.999Z'],
  ['the hour that is skipped, by a clock that was not set', berlinSpring, `Mar 29 02:30:00 ${death}`, '2026-03-29T01:30:00Z', '2026-03-29T01:30:00.999Z'],
  ['the fold in Chicago, CDT', chicago, `Sun 2026-11-01 01:30:00 CDT ${death}`, '2026-11-01T06:30:00Z', '2026-11-01T06:30:00.999Z'],
  ['the fold in Chicago, CST is not China', chicago, `Sun 2026-11-01 01:30:00 CST ${death}`, '2026-11-01T07:30:00Z', '2026-11-01T07:30:00.999Z'],
  ['a leap day', date('Thu Mar  7 12:30:00 UTC 2024'), `Feb 29 23:59:59 ${death}`, '2024-02-29T23:59:59Z', '2024-02-29T23:59:59.999Z'],
  ['the last leap day, three years ago', date('Thu Mar  7 12:30:00 UTC 2023'), `Feb 29 23:59:59 ${death}`, '2020-02-29T23:59:59Z', '2020-02-29T23:59:59.999Z'],
  ['December seen in January', date('Thu Jan  2 12:30:00 UTC 2025'), `Dec 31 23:59:59 ${death}`, '2024-12-31T23:59:59Z', '2024-12-31T23:59:59.999Z'],
];

describe('where clocks turn', () => {
  it.each(cases)('%s', async (_name, clock, line, from, to) => {
    const { events } = reconstruct(await draftOf({ 'cp1/clock.txt': clock, 'cp1/syslog': line }), 'en');
    const time = events.find((event) => event.kind === 'etcd-died')!.time;
    expect([time.notBefore, time.notAfter]).toEqual([from, to]);
    expect(time.best).toBe(from.slice(0, 19) === to.slice(0, 19) ? from : null);
  });

  it('a clock that is set back is told, and the last life before the failure is the one on the new clock', async () => {
    const works = (time: string, revision: number): string => `${time}+0000 cp1 etcd[811]: {"level":"info","ts":"${time}.000Z","caller":"mvcc/kvstore_compaction.go:66","msg":"finished scheduled compaction","compact-revision":${revision}}\n`;
    const journal = `${works('2026-03-02T10:00:00', 41_000)}2026-03-02T10:05:00+0000 cp1 systemd[1]: Time has been changed\n${works('2026-03-02T08:05:00', 41_040)}2026-03-02T08:06:00+0000 ${death}`;
    const { events, outage } = reconstruct(await draftOf({ 'cp1/clock.txt': date('Mon Mar  2 12:30:00 UTC 2026'), 'cp1/journal.txt': journal }), 'en');
    expect(events.some((event) => event.kind === 'clock-changed')).toBe(true);
    expect(outage.start).toEqual({ notBefore: '2026-03-02T08:05:00Z', notAfter: '2026-03-02T08:06:00.999Z' });
  });
});
