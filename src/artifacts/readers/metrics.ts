import { cite } from '../cite.js';
import type { MetricFact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';

const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+([-+]?(?:\d[\d.eE+-]*|Inf|NaN))(?:\s+\d+)?\s*$/;
/** Series that say something about etcd's health; everything else of a scrape is dropped. */
const wanted = /^(?:etcd_server_(?:has_leader|leader_changes_seen_total|proposals_\w+|quota_backend_bytes|slow_\w+_total|version|id|is_leader|is_learner|read_indexes_failed_total|heartbeat_send_failures_total|snapshot_apply_in_progress_total|cluster_version)|etcd_mvcc_db_total_size\w*|etcd_debugging_mvcc_(?:current_revision|compact_revision|db_total_size_in_bytes|keys_total)|etcd_disk_(?:wal_fsync|backend_commit)_duration_seconds_(?:sum|count|bucket)|etcd_network_peer_round_trip_time_seconds_(?:sum|count)|etcd_cluster_version|process_start_time_seconds|process_resident_memory_bytes|apiserver_storage_db_total_size_in_bytes|apiserver_storage_objects|etcd_db_total_size_in_bytes|os_fd_(?:used|limit))$/;

/** Prometheus text of `/metrics`. */
export const metrics: ArtifactReader = {
  kind: 'metrics',
  recognise: (section) => {
    const lines = section.head.filter((line) => /^# (?:HELP|TYPE) [a-zA-Z_:]/.test(line) || sample.test(line)).length;
    return lines >= section.head.length * 0.8 && section.head.some((line) => sample.test(line)) && lines >= 2 ? { score: 92, by: 'metric lines' } : { score: 0, by: '' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const match = sample.exec(line.text);
      if (match === null || !wanted.test(match[1]!)) continue;
      const labels: Record<string, string> = {};
      for (const [, key, value] of (match[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) labels[key!] = value!;
      const fact: MetricFact = { kind: 'metric', at: cite(section, line), host: section.host, name: match[1]!, labels, value: Number(match[3]!.replace('Inf', 'Infinity')) };
      yield fact;
    }
  },
};
