import { cite } from '../cite.js';
import type { DiskFact, MetricFact } from '../fact.js';
import type { ArtifactReader } from '../reader.js';

/** `lsblk`: sizes and mount points of devices. */
export const lsblk: ArtifactReader = {
  kind: 'lsblk',
  selective: true,
  recognise: (section) => (section.head.some((line) => /^NAME\s+.*\b(?:MAJ:MIN|FSTYPE|SIZE|TYPE)\b.*\bMOUNTPOINTS?\b/.test(line)) ? { score: 93, by: 'header line' } : { score: 0, by: '' }),
  *read(section) {
    for (const line of section.lines()) {
      const match = /^[\s│├└─|`-]*([\w.-]+)\s.*?\b([\d.]+)([KMGTP])\b.*?(?:disk|part|lvm|raid\d*|crypt|loop|rom|mpath)\s*(\/\S*|\[SWAP\])?\s*$/.exec(line.text);
      if (match === null || match[4] === undefined) continue;
      const fact: DiskFact = { kind: 'disk', at: cite(section, line), host: section.host, device: match[1]!, mount: match[4], sizeBytes: Math.round(Number(match[2]) * 1024 ** ('KMGTP'.indexOf(match[3]!) + 1)), usedBytes: null, availableBytes: null, usedPercent: null, inodes: false };
      yield fact;
    }
  },
};

const smartRow = /^\s*(\d{1,3})\s+([A-Z][\w-]+)\s+0x[0-9a-f]{4}\s+\d{3}\s+\d{3}\s+(?:\d{3}|---)\s+\S+\s+\S+\s+\S+\s+(\d+)/;
const smartWords = /^(?:SMART overall-health self-assessment test result|SMART Health Status):\s*(.+)$/;
const nvme = /^(Media and Data Integrity Errors|Percentage Used|Critical Warning|Available Spare|Unsafe Shutdowns|Power Cycles|media_errors|unsafe_shutdowns|critical_warning|percentage_used)\s*:\s*(?:0x)?([\d,]+)%?/i;

/** smartctl and `nvme smart-log`: health verdict, failing attributes, unsafe shutdowns. */
export const smart: ArtifactReader = {
  kind: 'smart',
  selective: true,
  recognise: (section) => (section.head.some((line) => smartWords.test(line) || smartRow.test(line) || /^=== START OF (?:INFORMATION|READ SMART DATA) SECTION ===/.test(line)) || section.head.filter((line) => nvme.test(line)).length >= 2 ? { score: 92, by: 'SMART lines' } : { score: 0, by: '' }),
  *read(section) {
    const device = /(\/dev\/[\w/]+)/.exec(section.command ?? '')?.[1] ?? '';
    for (const line of section.lines()) {
      const row = smartRow.exec(line.text);
      const words = smartWords.exec(line.text);
      const health = nvme.exec(line.text);
      const name = row?.[2] ?? health?.[1] ?? (words === null ? undefined : 'overall_health_passed');
      if (name === undefined) continue;
      const value = row !== null ? Number(row[3]) : health !== null ? Number(health[2]!.replace(/,/g, '')) : /PASSED|OK/.test(words![1]!) ? 1 : 0;
      const fact: MetricFact = { kind: 'metric', at: cite(section, line), host: section.host, name: `smart_${name.toLowerCase().replace(/[\s-]+/g, '_')}`, labels: { device }, value };
      yield fact;
    }
  },
};

/** `iostat -x`: waiting time and use of each device. */
export const iostat: ArtifactReader = {
  kind: 'iostat',
  selective: true,
  recognise: (section) => (section.head.some((line) => /^Device:?\s+.*(?:await|tps|%util)/.test(line)) ? { score: 93, by: 'header line' } : { score: 0, by: '' }),
  *read(section) {
    let names: readonly string[] = [];
    for (const line of section.lines()) {
      const cells = line.text.trim().split(/\s+/);
      if (/^Device:?$/.test(cells[0] ?? '')) names = cells;
      else if (names.length > 2 && cells.length === names.length && /^[\w-]+$/.test(cells[0]!)) {
        for (const [i, name] of names.entries()) {
          if (!/await|%util|svctm/.test(name)) continue;
          const fact: MetricFact = { kind: 'metric', at: cite(section, line), host: section.host, name: `iostat_${name.replace('%', '')}`, labels: { device: cells[0]! }, value: Number(cells[i]!.replace(',', '.')) };
          yield fact;
        }
      } else if (line.text.trim() === '') names = [];
    }
  },
};
