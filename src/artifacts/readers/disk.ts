import { cite } from '../cite.js';
import type { DiskFact, MemoryFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

const header = /^(?:Filesystem|文件系统|檔案系統|Dateisystem|Sys\. de fichiers|S\.ficheros|Файл\.система|ファイルシス|Filesystem\s)/;
const inodeHeader = /(?:Inodes|IUsed|Inode|已用\(I\)|I已用|Inœuds|Inodos)/i;
const row = /^(\S.*?)\s+(-|\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|-?\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|\d+%)\s+(\/.*)$/;
const wrapped = /^\s+(-|\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|-?\d[\d.,]*[KMGTPEkmgtpe]?i?B?)\s+(-|\d+%)\s+(\/.*)$/;

/** `df`, `df -h`, `df -i`, `df -T`: parsed from the right, header localised, long device names wrapped. */
export const df: ArtifactReader = {
  kind: 'df',
  selective: true,
  recognise(section) {
    const at = section.head.findIndex((line) => header.test(line));
    const rows = section.head.filter((line) => row.test(line) || wrapped.test(line)).length;
    if (at >= 0 && rows > 0) return { score: at === 0 ? 94 : 84, by: 'header line' };
    return rows > 0 && (/\bdf\b/.test(section.command ?? '') || rows >= section.head.length * 0.6) ? { score: 70, by: 'rows' } : { score: 0, by: '' };
  },
  *read(section) {
    let inodes = false;
    let blocks = 1024;
    let typed = false;
    let device: string | null = null;
    for (const line of section.lines()) {
      if (header.test(line.text)) {
        inodes = inodeHeader.test(line.text);
        typed = /\bType\b|类型/.test(line.text);
        blocks = /1M-blocks|1M-块/.test(line.text) ? 2 ** 20 : /1-blocks|1B-blocks/.test(line.text) ? 1 : /512-blocks/.test(line.text) ? 512 : 1024;
        continue;
      }
      const match = row.exec(line.text) ?? null;
      const rest = match === null ? wrapped.exec(line.text) : null;
      if (match === null && rest === null) {
        device = /^\S+$/.test(line.text) ? line.text : null;
        continue;
      }
      const cells = match === null ? [device ?? '', ...rest!.slice(1)] : match.slice(1);
      const size = (text: string): number | null => (inodes ? quantity(text, 1) : quantity(text, blocks));
      const name = typed ? cells[0]!.replace(/\s+\S+$/, '') : cells[0]!;
      const fact: DiskFact = {
        kind: 'disk', at: cite(section, line), host: section.host, device: name.trim(), mount: cells[5]!.trim(), sizeBytes: size(cells[1]!), usedBytes: size(cells[2]!),
        availableBytes: size(cells[3]!), usedPercent: cells[4] === '-' ? null : Number.parseInt(cells[4]!, 10), inodes,
      };
      yield fact;
    }
  },
};

const powers = 'KMGTPE';

/** `39G` (powers of 1024; `GB` powers of 1000), or a bare number of blocks. */
function quantity(text: string, unit: number): number | null {
  const match = /^(-?\d[\d.,]*)([KMGTPEkmgtpe])?(i)?(B)?$/.exec(text);
  if (match === null) return null;
  const number = Number(match[1]!.replace(',', '.'));
  if (match[2] === undefined) return Math.round(number * unit);
  const power = powers.indexOf(match[2].toUpperCase()) + 1;
  return Math.round(number * (match[4] !== undefined && match[3] === undefined ? 1000 : 1024) ** power);
}

/** `free`, `free -h`, `free -m`, also with Chinese headers. */
export const free: ArtifactReader = {
  kind: 'free',
  selective: true,
  recognise: (section) => (section.head.some((line) => /^(?:Mem|内存|記憶體)[:：]\s+\d/.test(line)) ? { score: 92, by: 'Mem: line' } : { score: 0, by: '' }),
  *read(section) {
    let memory: { line: TextLine; total: number | null; available: number | null } | null = null;
    let swap: number | null = null;
    const unit = /\bfree\s+.*-[a-z]*m/.test(section.command ?? '') ? 2 ** 20 : /\bfree\s+.*-[a-z]*g/.test(section.command ?? '') ? 2 ** 30 : /\bfree\s+.*-[a-z]*b/.test(section.command ?? '') ? 1 : 1024;
    for (const line of section.lines()) {
      const cells = line.text.trim().split(/\s+/);
      if (/^(?:Mem|内存|記憶體)[:：]/.test(cells[0]!)) memory = { line, total: quantity(cells[1] ?? '', unit), available: quantity(cells[6] ?? cells[3] ?? '', unit) };
      else if (/^(?:Swap|交换|置換)[:：]/.test(cells[0]!)) swap = quantity(cells[1] ?? '', unit);
    }
    if (memory !== null) yield memoryFact(section, memory, swap);
  },
};

function memoryFact(section: Section, memory: { line: TextLine; total: number | null; available: number | null }, swap: number | null): MemoryFact {
  return { kind: 'memory', at: cite(section, memory.line), host: section.host, totalBytes: memory.total, availableBytes: memory.available, swapBytes: swap };
}
