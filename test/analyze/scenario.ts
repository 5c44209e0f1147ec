import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { analyze } from '../../src/analyze.js';
import type { Case } from '../../src/case/model.js';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** A snapshot that a real etcd saved. */
export function saved(version: string, name: string): Buffer {
  return gunzipSync(readFileSync(join(fixtures, 'snapshots', version, `${name}.db.gz`)));
}

/** A data directory of a real etcd that was killed while it wrote, as the archive that people pack. */
export function killed(name: string): Buffer {
  return readFileSync(join(fixtures, 'datadirs', `${name}.tar.xz`));
}

/** Makes a bundle folder from its files, analyses it, and removes it. */
export async function casesOf(files: Readonly<Record<string, Buffer | string>>, language: Case['language'] = 'en', mtime: Date | null = null): Promise<Case> {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      if (mtime !== null) utimesSync(target, mtime, mtime);
    }
    return await analyze([folder], { language, assumeZone: null });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The unit file and env file of one systemd member, as KubeKey and Kubespray write them. */
export function settingsOf(host: string, name: string, address: string, cluster: string): Record<string, string> {
  return {
    [`${host}/etcd.env`]: [
      '# Environment file for etcd v3.5.30', 'ETCD_DATA_DIR=/var/lib/etcd', `ETCD_ADVERTISE_CLIENT_URLS=https://${address}:2379`,
      `ETCD_INITIAL_ADVERTISE_PEER_URLS=https://${address}:2380`, 'ETCD_INITIAL_CLUSTER_STATE=existing', `ETCD_LISTEN_CLIENT_URLS=https://${address}:2379,https://127.0.0.1:2379`,
      'ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd', `ETCD_LISTEN_PEER_URLS=https://${address}:2380`, `ETCD_NAME=${name}`, `ETCD_INITIAL_CLUSTER=${cluster}`, '',
    ].join('\n'),
    [`${host}/etcd.service`]: ['[Unit]', 'Description=etcd', 'After=network.target', '', '[Service]', 'User=root', 'Type=notify', 'EnvironmentFile=/etc/etcd.env', 'ExecStart=/usr/local/bin/etcd', 'Restart=always', '', '[Install]', 'WantedBy=multi-user.target', ''].join('\n'),
  };
}

/** `systemctl status etcd` of a member that runs, or that fails again and again. */
export function statusOf(host: string, active: boolean): Record<string, string> {
  const since = active ? 'active (running) since Mon 2026-06-15 06:00:01 UTC; 4h 2min ago' : 'activating (auto-restart) (Result: exit-code) since Mon 2026-06-15 10:02:31 UTC; 4s ago';
  return {
    [`${host}/status.txt`]: [
      `[root@${host} ~]# systemctl status etcd`, '● etcd.service - etcd', '     Loaded: loaded (/etc/systemd/system/etcd.service; enabled; vendor preset: enabled)', `     Active: ${since}`,
      active ? '   Main PID: 812 (etcd)' : '    Process: 4711 ExecStart=/usr/local/bin/etcd (code=exited, status=2)', active ? '      Tasks: 14' : '   Main PID: 4711 (code=exited, status=2)', '',
    ].join('\n'),
  };
}

/** Which file was picked, or null. */
export const pick = (value: Case): string | null => value.recommendation.candidate?.path ?? null;
