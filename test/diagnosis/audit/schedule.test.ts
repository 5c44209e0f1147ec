import { describe, expect, it } from 'vitest';
import { longestPause, parseSchedule, runsBetween } from '../../../src/diagnosis/audit/schedule.js';

const runs = (text: string, zone: string | null, from: string, to: string): readonly string[] => {
  const schedule = parseSchedule(text, zone);
  return schedule === null ? [] : runsBetween(schedule, Date.parse(from), Date.parse(to)).map((ms) => new Date(ms).toISOString().slice(0, 16));
};

describe('schedules', () => {
  it('runs a crontab in the zone of the host', () => {
    expect(runs('0 2 * * *', 'Asia/Shanghai', '2024-05-10T00:00:00Z', '2024-05-12T00:00:00Z')).toEqual(['2024-05-10T18:00', '2024-05-11T18:00']);
    expect(runs('*/30 * * * *', 'Asia/Kolkata', '2024-05-10T00:00:00Z', '2024-05-10T01:00:00Z')).toEqual(['2024-05-10T00:00', '2024-05-10T00:30', '2024-05-10T01:00']);
    expect(runs('@daily', 'UTC', '2024-02-28T12:00:00Z', '2024-03-01T12:00:00Z')).toEqual(['2024-02-29T00:00', '2024-03-01T00:00']);
  });

  it('makes up for the hour that summer time skips, and does not run twice in the hour that comes twice', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toHaveLength(2);
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toHaveLength(1);
  });

  it.each([
    ['*-*-* 02:00:00', '2024-05-10T02:00'], ['daily', '2024-05-10T00:00'], ['*-*-* *:00/30:00', '2024-05-10T00:00'], ['*:0/30', '2024-05-10T00:00'],
    ['Mon..Fri 03:15', '2024-05-10T03:15'], ['Sat,Sun *-*-* 04:00:00', '2024-05-11T04:00'], ['*-*-01 05:00:00', '2024-06-01T05:00'], ['hourly', '2024-05-10T00:00'], ['*-*-* 02:00:00 Asia/Shanghai', '2024-05-10T18:00'],
  ])('reads OnCalendar=%s of systemd', (text, first) => {
    expect(runs(text, 'UTC', '2024-05-10T00:00:00Z', '2024-06-10T00:00:00Z')[0]).toBe(first);
  });

  it('knows periods without a clock, and what says no time', () => {
    expect(parseSchedule('OnUnitActiveSec=30min', 'UTC')).toEqual({ kind: 'every', everyMs: 1_800_000 });
    expect(parseSchedule('OnUnitActiveSec=1h 30min', null)).toEqual({ kind: 'every', everyMs: 5_400_000 });
    for (const text of ['@reboot', 'OnBootSec=5min', 'garbage', '99 * * * *', '']) expect(parseSchedule(text, 'UTC'), text).toBeNull();
  });

  it('promises the longest pause', () => {
    const pause = (text: string): number | null => {
      const schedule = parseSchedule(text, 'UTC');
      return schedule === null ? null : longestPause(schedule, Date.parse('2024-05-10T00:00:00Z'));
    };
    expect([pause('*/30 * * * *'), pause('0 8-18 * * *'), pause('* */6 * * *'), pause('0 2 * * 1')]).toEqual([1_800_000, 14 * 3_600_000, 18_060_000, 7 * 86_400_000]);
  });

  it('does not count for ever', () => {
    expect(runs('* * * * *', 'UTC', '2000-01-01T00:00:00Z', '2024-05-10T00:00:00Z').length).toBeLessThanOrEqual(3000);
  });
});
