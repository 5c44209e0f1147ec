import { expect, it } from 'vitest';
import { memberIdOf } from '../../src/etcd/ids.js';
import { reconstruct } from '../../src/timeline/index.js';
import { draftOf } from './text-bundle.js';

const url = (n: number): string => `https://10.0.0.${n}:2380`;
const row = (id: string, n: number): string => `${id}, started, cp${n}, ${url(n)}, https://10.0.0.${n}:2379, false\n`;
const joins = async (list: string): Promise<readonly (readonly [string, string | null, string])[]> => {
  const { events } = reconstruct(await draftOf({ 'cp1/member-list.txt': list, 'cp1/date.txt': 'Mon Jun 15 10:05:00 UTC 2026\n' }, 'UTC'), 'en');
  return events.flatMap((event) => (event.kind === 'member-joined' ? [[event.said.text, event.time.best, event.evidence[0]?.text ?? ''] as const] : []));
};

it('a member that joined is dated by its id, to the second', async () => {
  const id = memberIdOf([url(2)], '', Date.UTC(2026, 5, 11, 7, 30, 12) / 1000);
  expect(await joins(row(memberIdOf([url(1)], 'etcd-cluster'), 1) + row(id, 2))).toEqual([
    [`cp2 was added to the cluster: its id ${id} is made of its address and this second`, '2026-06-11T07:30:12Z', row(id, 2).trim()],
  ]);
});

it('nothing is said of founders, nor where no token is known', async () => {
  expect(await joins(row(memberIdOf([url(1)], 'k8s_etcd'), 1) + row(memberIdOf([url(2)], 'k8s_etcd'), 2))).toEqual([]);
  expect(await joins(row(memberIdOf([url(1)], 'token of somebody'), 1) + row(memberIdOf([url(2)], '', Date.UTC(2026, 5, 11) / 1000), 2))).toEqual([]);
});
