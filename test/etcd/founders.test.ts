import { expect, it } from 'vitest';
import { clusterIdOfMembers, foundersOf, tokenOfFounder } from '../../src/etcd/founders.js';
import { clusterIdOf, memberIdOf } from '../../src/etcd/ids.js';

const urls = [['https://10.0.0.1:2380'], ['https://10.0.0.2:2380'], ['https://10.0.0.3:2380']];
const joined = { memberId: memberIdOf(['https://10.0.0.4:2380'], '', 1_700_000_000), peerUrls: ['https://10.0.0.4:2380'] };

it('tells founders by their token, and which members founded a cluster', () => {
  const founders = urls.map((url) => memberIdOf(url, 'k8s_etcd'));
  expect(founders.map((id, i) => tokenOfFounder(id, urls[i]!))).toEqual(['k8s_etcd', 'k8s_etcd', 'k8s_etcd']);
  expect(tokenOfFounder(joined.memberId, joined.peerUrls)).toBeNull();
  expect(new Set(foundersOf(clusterIdOf(founders), [...founders, joined.memberId]))).toEqual(new Set(founders));
  expect(foundersOf('1', founders)).toBeNull();
  expect(memberIdOf(['http://localhost:2380'], 'etcd-cluster')).toBe('8e9e05c52164694d');
  expect(clusterIdOf(['8e9e05c52164694d'])).toBe('cdf818194e3a8c32');
});

it('a member that was added later is no part of the id of its cluster', () => {
  // Seen: etcd 3.5.30, one founder, `member add` at 2026-11-29T19:50:05Z: "Member 64faf5fcc79c8055 added to cluster d1cfaf999eb97a2a".
  const founder = { memberId: 'bdae9bbc11dd390d', peerUrls: ['http://127.0.0.1:23801'] };
  expect(clusterIdOfMembers([{ memberId: '64faf5fcc79c8055', peerUrls: ['http://127.0.0.1:23802'] }, founder])).toBe('d1cfaf999eb97a2a');
  // With a token that nobody knows, all count as founders.
  const others = urls.map((peerUrls) => ({ memberId: memberIdOf(peerUrls, 'token of somebody'), peerUrls }));
  expect(clusterIdOfMembers(others)).toBe(clusterIdOf(others.map(({ memberId }) => memberId)));
  expect(clusterIdOfMembers([])).toBeNull();
});
