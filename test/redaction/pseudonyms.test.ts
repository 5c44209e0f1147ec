import { expect, test } from 'vitest';
import { redactor } from '../../src/redaction/index.js';

const all = redactor(['hosts', 'ips', 'names'], { hosts: ['ks-master1', 'ks-master10'], names: ['billing', 'cart'] });

test.each([
  ['etcd-ks-master1=https://192.168.10.61:2380', 'etcd-host-1=https://198.18.0.1:2380'],
  ['ks-master10 and ks-master1', 'host-2 and host-1'],
  ['again 192.168.10.61, then 192.168.10.62', 'again 198.18.0.1, then 198.18.0.2'],
  ['127.0.0.1 stays, 0.0.0.0 stays', '127.0.0.1 stays, 0.0.0.0 stays'],
  ['10:22:44 up  1:41, etcd 3.4.23', '10:22:44 up  1:41, etcd 3.4.23'],
  ['fd00:10:96::1a is an address', '2001:db8::3 is an address'],
  ['deployments/billing/cart-service', 'deployments/name-1/name-2-service'],
  ['billings', 'billings'],
])('%s', (text, expected) => {
  expect(all.redact(text, 'a.txt')).toBe(expected);
});

test('the map tells the owner who is who, and the report what was changed where', () => {
  const some = redactor(['hosts'], { hosts: ['m1'], names: [] });
  some.redact('m1 m1', 'x.log');
  some.redact('m1 10.0.0.1', 'y.log');
  expect(some.map).toEqual([{ kind: 'hosts', real: 'm1', shown: 'host-1' }]);
  expect(some.counts).toEqual([{ rule: 'hosts', artifact: 'x.log', count: 2 }, { rule: 'hosts', artifact: 'y.log', count: 1 }]);
});
