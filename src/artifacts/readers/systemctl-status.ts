import { parseSystemdTime } from '../../time/parse.js';
import { parseSystemdAge } from '../../time/relative.js';
import { cite } from '../cite.js';
import type { UnitStatusFact } from '../fact.js';
import { readLogLines } from '../logs/read-log.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

const title = /^\s*(?:[●○◌×↻⟳*?�x]\s+)?([\w@:.\\-]+\.(?:service|timer|socket|mount|target|path|scope|slice))(?:\s+-\s+.*)?\s*$/;
const active = /^\s*(?:Active|活动|Aktiv|Actif):\s*([\w-]+)(?:\s+\(([\w-]+)(?:,\s*[^)]*)?\))?(?:\s*\(Result:\s*([\w-]+)\))?/;

/** `systemctl status` of one or more units, with the log lines below it (systemd src/systemctl). */
export const systemctlStatus: ArtifactReader = {
  kind: 'systemctl-status',
  selective: true,
  recognise(section) {
    const loaded = section.head.findIndex((line) => /^\s*Loaded:\s/.test(line));
    const act = section.head.findIndex((line) => active.test(line));
    if (act >= 0 && (loaded >= 0 || title.test(section.head[act - 1] ?? ''))) return { score: loaded <= 2 ? 95 : 85, by: 'Loaded: and Active: lines' };
    if (act >= 0) return { score: 60, by: 'Active: line' };
    return section.head.some((line) => /^Unit \S+ could not be found\.$/.test(line)) ? { score: 80, by: 'Unit … could not be found' } : { score: 0, by: '' };
  },
  *read(section) {
    let block: TextLine[] = [];
    const named = /systemctl\s+(?:-\S+\s+)*status\s+(?:-\S+\s+)*([\w@.-]+)/.exec(section.command ?? '')?.[1] ?? null;
    for (const line of section.lines()) {
      const missing = /^Unit (\S+) could not be found\.$/.exec(line.text);
      if (missing !== null) yield { ...empty(section, line, missing[1]!), loaded: 'not-found', active: 'inactive' };
      if (title.test(line.text) || (/^\s*Loaded:\s/.test(line.text) && !block.some((l) => title.test(l.text)))) {
        yield* readBlock(section, block, named);
        block = [];
      }
      block.push(line);
    }
    yield* readBlock(section, block, named);
    yield* readLogLines(section, { hint: null, prefixedOnly: true });
  },
};

function empty(section: Section, line: TextLine, unit: string): UnitStatusFact {
  return {
    kind: 'unit-status', at: cite(section, line), host: section.host, unit, loaded: null, unitPath: null, enabled: null, dropIns: [], active: 'unknown',
    sub: null, result: null, since: null, ago: null, exitCode: null, exitStatus: null, signal: null, mainPid: null, restarts: null,
  };
}

function* readBlock(section: Section, block: readonly TextLine[], named: string | null): Generator<UnitStatusFact> {
  const activeLine = block.find((line) => active.test(line.text));
  if (activeLine === undefined) return;
  const titleLine = block.find((line) => title.test(line.text));
  const unit = titleLine === undefined ? (named ?? unitOfPath(block)) : title.exec(titleLine.text)![1]!;
  if (unit === null) return;
  const [, state, sub, result] = active.exec(activeLine.text)!;
  const since = /(?:since|自|seit|depuis)\s+(.*)$/.exec(activeLine.text)?.[1] ?? null;
  const relative = since === null ? null : /[;；]\s*(.*?)(?:\s+(?:ago|left)|前)?\s*$/.exec(since);
  const loaded = /^\s*Loaded:\s*([\w-]+)\s*(?:\((?:Reason:[^)]*|([^;)]*)(?:;\s*([\w-]+))?[^)]*)\))?/.exec(block.find((line) => /^\s*Loaded:/.test(line.text))?.text ?? '');
  const status = /^\s*(?:Main PID|Main-PID):\s*(\d+)\s*(?:\((?:([^()=,]+)|code=(\w+),\s*(?:status=(\S+?)|signal=(\S+?)))\))?/m.exec(block.map((line) => line.text).join('\n'));
  const process = /^\s*Process:\s*(\d+)\s+\w+=.*\(code=(\w+),\s*(?:status=(\S+?)|signal=(\S+?))\)/m.exec(block.map((line) => line.text).join('\n'));
  const exit = status?.[4] ?? process?.[3] ?? null;
  const isOver = relative !== null && !/left/.test(since ?? '');
  yield {
    ...empty(section, activeLine, unit.includes('.') ? unit : `${unit}.service`),
    loaded: loaded?.[1] ?? null,
    unitPath: loaded?.[2]?.trim().startsWith('/') === true ? loaded[2].trim() : null,
    enabled: loaded?.[3] ?? null,
    dropIns: dropIns(block),
    active: state!,
    sub: sub ?? null,
    result: result ?? (/^Result:/.test(sub ?? '') ? sub! : null),
    since: since === null ? null : parseSystemdTime(since),
    ago: isOver ? parseSystemdAge(relative[1]!) : null,
    exitCode: exit === null ? null : Number.parseInt(exit, 10),
    exitStatus: exit,
    signal: status?.[5] ?? process?.[4] ?? null,
    mainPid: status?.[1] === undefined ? null : Number(status[1]),
    restarts: null,
  };
}

function unitOfPath(block: readonly TextLine[]): string | null {
  for (const line of block) {
    const unit = /Loaded:.*\/([\w@.-]+\.service)/.exec(line.text)?.[1];
    if (unit !== undefined) return unit;
  }
  return null;
}

function dropIns(block: readonly TextLine[]): readonly string[] {
  const start = block.findIndex((line) => /^\s*Drop-In:/.test(line.text));
  if (start < 0) return [];
  const folder = /Drop-In:\s*(\S+)/.exec(block[start]!.text)?.[1] ?? '';
  const found: string[] = [];
  let under = folder;
  for (const line of block.slice(start + 1)) {
    const match = /^\s+(?:[└├│─`|-]+)\s*(.*)$/.exec(line.text);
    if (match === null) {
      const next = /^\s+(\/\S+\.d)$/.exec(line.text);
      if (next === null) break;
      under = next[1]!;
      continue;
    }
    for (const name of match[1]!.split(/,\s*/)) if (/\.conf$/.test(name.trim())) found.push(name.trim().startsWith('/') ? name.trim() : `${under}/${name.trim()}`);
  }
  return found;
}
