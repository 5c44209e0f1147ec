import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const line = (n: number): string =>
  `2024-05-11T02:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.000Z W | etcdserver: read-only range request "key:\\"/registry/health-${n}\\" " took too long (${100 + n}ms) to execute\n`;

const part = (): string => Array.from({ length: 7_200 }, (_, n) => line(n)).join('');

/** 100 MB of an etcd log in `folder`, written once: to read it takes much longer than any click or signal. */
export function longLog(folder: string): string {
  const path = join(folder, 'long-etcd.log');
  if (existsSync(path)) return path;
  const text = part();
  for (let bytes = 0; bytes < 100e6; bytes += text.length) appendFileSync(path, text);
  return path;
}

/** The same as a folder of 100 files. */
export function longLogs(folder: string): string {
  const path = join(folder, 'long-logs');
  mkdirSync(path);
  for (let n = 0; n < 100; n++) writeFileSync(join(path, `etcd-${n}.log`), part());
  return path;
}
