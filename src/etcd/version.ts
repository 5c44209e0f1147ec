/** The server lines whose behaviour is modelled. */
export const etcdLines = ['3.3', '3.4', '3.5', '3.6', '3.7'] as const;
export type EtcdLine = (typeof etcdLines)[number];

/** An etcd to be followed: its line, and its own version where that is known (`3.5.16`). */
export interface EtcdRelease {
  readonly line: EtcdLine;
  readonly version?: string | undefined;
}

/** `3.5.16` -> `3.5`; null when the text names no modelled line. Lines before 3.3 count as 3.3. */
export function etcdLine(version: string): EtcdLine | null {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (match === null || match[1] !== '3') return null;
  const minor = Number(match[2]);
  if (minor < 3) return '3.3';
  return etcdLines.find((line) => line === `3.${minor}`) ?? (minor > 7 ? '3.7' : null);
}

/** Numeric comparison of dotted versions; a missing patch counts as 0. */
export function compareVersions(a: string, b: string): number {
  const parts = (v: string): number[] => v.replace(/^v/, '').split(/[.-]/).slice(0, 3).map((p) => Number.parseInt(p, 10) || 0);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const d = (x[i] ?? 0) - (y[i] ?? 0);
    if (d !== 0) return d;
  }
  return 0;
}
