import type { Stamp } from '../../time/stamp.js';
import { shown } from '../cite.js';
import type { LogFact } from '../fact.js';
import type { Place } from '../place.js';
import { maskValue } from '../secrets.js';
import { order } from './span.js';

/** A recognised line before its words are made fit to show and its place is looked up. */
export type FoundLine = Omit<LogFact, 'at' | 'count' | 'lastTime' | 'lastLine'> & { readonly number: number; readonly place: () => Place };

type Draft = { -readonly [K in keyof FoundLine]: FoundLine[K] } & { count: number; lastTime: Stamp | null; lastLine: number | null };

/** Silence after which a repeat is a new episode. */
const episodeGap = 15 * 60_000;
/** Facts kept per message in one log; the first and the last ones win. */
const mostPerMessage = 400;
/** A second writer repeats a line soon. */
const mostRecent = 64;

/**
 * Folds repeats: the same message of the same program about the same peer is one fact with a count, a
 * last time and a last line, until it was silent for a quarter of an hour. Messages that carry a
 * revision or index stay single, because the last one counts. A line that a second writer repeats with
 * the same inner time is dropped.
 */
export class LogFold {
  private readonly open = new Map<string, Draft>();
  private readonly byMessage = new Map<string, Draft[]>();
  /** Newest lines with an exact inner time, in the order of arrival. */
  private readonly recent = new Set<string>();

  add(found: FoundLine): void {
    const inner = found.innerTime ?? found.time;
    if (inner !== null && (inner.kind === 'instant' || inner.kind === 'civil') && inner.precisionMs < 1000) {
      const twin = `${found.messageId} ${order(inner)} ${found.message}`;
      if (this.recent.has(twin)) return;
      this.recent.add(twin);
      if (this.recent.size > mostRecent) for (const oldest of this.recent) {
        this.recent.delete(oldest);
        break;
      }
    }
    const key = `${found.messageId ?? ''}|${found.source}|${found.host ?? ''}|${found.unit ?? ''}|${about(found.fields)}`;
    const progress = Object.keys(found.fields).some((name) => /revision|index|compact/i.test(name));
    const known = progress ? undefined : this.open.get(key);
    if (known !== undefined && !isNewEpisode(known.lastTime ?? known.time, found.time)) {
      known.count++;
      known.lastTime = found.time ?? known.lastTime;
      known.lastLine = found.number;
      return;
    }
    const draft: Draft = { ...found, count: 1, lastTime: null, lastLine: null };
    this.open.set(key, draft);
    const name = `${found.messageId ?? ''}|${found.source}|${found.host ?? ''}`;
    let list = this.byMessage.get(name);
    if (list === undefined) this.byMessage.set(name, (list = []));
    list.push(draft);
    if (list.length > mostPerMessage) {
      const [gone] = list.splice(mostPerMessage / 2, 1);
      const before = list[mostPerMessage / 2 - 1]!;
      before.count += gone!.count;
      before.lastTime = gone!.lastTime ?? gone!.time ?? before.lastTime;
      before.lastLine = gone!.lastLine ?? gone!.number;
    }
  }

  *facts(): Generator<LogFact> {
    for (const list of this.byMessage.values()) {
      for (const draft of list) {
        const fields: Record<string, string> = {};
        for (const [key, value] of Object.entries(draft.fields)) fields[key] = shown(maskValue(key, value));
        const { kind, host, time, innerTime, source, unit, pid, level, messageId, count, lastTime, lastLine } = draft;
        yield { kind, at: draft.place(), host, time, innerTime, source, unit, pid, level, message: shown(draft.message), fields, messageId, count, lastTime, lastLine };
      }
    }
  }
}

function isNewEpisode(last: Stamp | null, now: Stamp | null): boolean {
  if (last === null || now === null) return false;
  const a = order(last);
  const b = order(now);
  return a !== null && b !== null && last.kind === now.kind && Math.abs(b - a) > episodeGap;
}

/** Fields that tell one subject from another: peers, members, endpoints, units, files; numbers do not. */
function about(fields: Readonly<Record<string, string>>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    parts.push(/peer|member|endpoint|host|unit|alarm|path|file|pod|container|image|name/i.test(key) ? value.slice(0, 120) : value.slice(0, 120).replace(/[0-9a-f]*\d[0-9a-f.]*/gi, '#'));
  }
  return parts.join(' ');
}
