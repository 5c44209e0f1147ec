import { parseSystemdTime } from '../../time/parse.js';
import { cite } from '../cite.js';
import type { Fact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

/** `systemctl show`: Key=Value blocks, one per unit. */
export const systemctlShow: ArtifactReader = {
  kind: 'systemctl-show',
  recognise(section) {
    const keys = section.head.filter((line) => /^(?:ActiveState|SubState|LoadState|FragmentPath|ExecMainStatus|NRestarts|UnitFileState|Names|ExecMainStartTimestamp|ActiveEnterTimestamp|MainPID)=/.test(line)).length;
    return keys >= 2 ? { score: 92, by: 'ActiveState= lines' } : { score: 0, by: '' };
  },
  *read(section) {
    let block = new Map<string, TextLine>();
    for (const line of section.lines()) {
      const sign = line.text.indexOf('=');
      if (sign <= 0) {
        if (line.text.trim() === '' && block.size > 0) {
          yield* unitOf(section, block);
          block = new Map();
        }
        continue;
      }
      block.set(line.text.slice(0, sign), line);
    }
    yield* unitOf(section, block);
  },
};

const mainCodes: Readonly<Record<string, string>> = { '1': 'exited', '2': 'killed', '3': 'dumped' };

function* unitOf(section: Section, block: ReadonlyMap<string, TextLine>): Generator<Fact> {
  const value = (key: string): string | null => {
    const line = block.get(key);
    const text = line === undefined ? '' : line.text.slice(key.length + 1).trim();
    return text === '' || text === 'n/a' || text === '[not set]' ? null : text;
  };
  const number = (key: string): number | null => (value(key) === null || !/^-?\d+$/.test(value(key)!) ? null : Number(value(key)));
  const path = value('FragmentPath');
  const unit = value('Id') ?? value('Names')?.split(' ')[0] ?? path?.replace(/^.*\//, '') ?? /systemctl\s+show\s+(?:-\S+\s+)*([\w@.-]+)/.exec(section.command ?? '')?.[1] ?? null;
  const anchor = block.get('ActiveState') ?? block.get('SubState');
  if (unit === null || anchor === undefined) return;
  const activeState = value('ActiveState') ?? 'unknown';
  const enter: Readonly<Record<string, string>> = { active: 'ActiveEnterTimestamp', reloading: 'ActiveEnterTimestamp', inactive: 'InactiveEnterTimestamp', failed: 'InactiveEnterTimestamp', activating: 'InactiveExitTimestamp' };
  const since = value(enter[activeState] ?? 'StateChangeTimestamp') ?? value('StateChangeTimestamp');
  const code = mainCodes[value('ExecMainCode') ?? ''];
  const status = number('ExecMainStatus');
  yield {
    kind: 'unit-status', at: cite(section, anchor), host: section.host, unit: unit.includes('.') ? unit : `${unit}.service`, loaded: value('LoadState'), unitPath: path,
    enabled: value('UnitFileState'), dropIns: value('DropInPaths')?.split(' ') ?? [], active: activeState, sub: value('SubState'), result: value('Result'),
    since: since === null ? null : parseSystemdTime(since), ago: null, exitCode: code === 'exited' || code === undefined ? status : null, exitStatus: status === null ? null : String(status),
    signal: code === 'killed' || code === 'dumped' ? String(status) : null, mainPid: number('MainPID') || null, restarts: number('NRestarts'),
  };
  const environment = block.get('EnvironmentFiles');
  if (environment !== undefined) yield { kind: 'unit', at: cite(section, environment), host: section.host, unit, path, dropIn: null, section: 'Service', key: 'EnvironmentFile', value: environment.text.slice('EnvironmentFiles='.length).replace(/\s*\(ignore_errors=\w+\)/, '').trim() };
  const exec = block.get('ExecStart');
  const argv = exec === undefined ? undefined : /argv\[\]=(.*?) ; /.exec(exec.text)?.[1];
  if (exec !== undefined && argv !== undefined) yield { kind: 'unit', at: cite(section, exec), host: section.host, unit, path, dropIn: null, section: 'Service', key: 'ExecStart', value: argv };
}
