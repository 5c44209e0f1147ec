import { describe, expect, it } from 'vitest';
import { memberIdOf } from '../../src/etcd/ids.js';
import { memberAddedAt } from '../../src/etcd/member-time.js';

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
});
