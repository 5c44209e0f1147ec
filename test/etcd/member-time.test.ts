import { describe, expect, it } from 'vitest';
import { clusterIdOf, memberIdOf } from '../../src/etcd/ids.js';
import { foundersOf, memberAddedAt, tokenOfFounder } from '../../src/etcd/member-time.js';

describe('member ids', () => {
  it('finds the second at which a member was added', () => {
    const second = 1_717_221_619;
    for (const urls of [['https://172.16.4.12:2380'], ['https://etcd-1.some-very-long-host-name.internal.example.org:2380', 'https://10.0.0.7:2380'], [`https://${'x'.repeat(53)}:2380`]]) {
      const id = memberIdOf(urls, '', second);
      expect(memberAddedAt(id, urls, second - 5000, second + 5000)).toBe(second);
      expect(memberAddedAt(id, urls, second + 1, second + 5000)).toBeNull();
    }
  });

  it('finds seconds of nine and of ten digits in one window', () => {
    const urls = ['http://a:2380'];
    expect(memberAddedAt(memberIdOf(urls, '', 999_999_998), urls, 999_999_000, 1_000_000_100)).toBe(999_999_998);
  });

  it('tries a million seconds in little time', () => {
    const urls = ['https://192.168.10.21:2380'];
    const started = performance.now();
    expect(memberAddedAt('123456789abcdef', urls, 1_700_000_000, 1_701_000_000)).toBeNull();
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('tells founders by their token, and which members founded a cluster', () => {
    const urls = [['https://10.0.0.1:2380'], ['https://10.0.0.2:2380'], ['https://10.0.0.3:2380']];
    const founders = urls.map((url) => memberIdOf(url, 'k8s_etcd'));
    const joined = memberIdOf(['https://10.0.0.4:2380'], '', 1_700_000_000);
    expect(founders.map((id, i) => tokenOfFounder(id, urls[i]!))).toEqual(['k8s_etcd', 'k8s_etcd', 'k8s_etcd']);
    expect(tokenOfFounder(joined, ['https://10.0.0.4:2380'])).toBeNull();
    expect(new Set(foundersOf(clusterIdOf(founders), [...founders, joined]))).toEqual(new Set(founders));
    expect(foundersOf('1', founders)).toBeNull();
    expect(memberIdOf(['http://localhost:2380'], 'etcd-cluster')).toBe('8e9e05c52164694d');
    expect(clusterIdOf(['8e9e05c52164694d'])).toBe('cdf818194e3a8c32');
  });
});
