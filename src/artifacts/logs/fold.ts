import type { Stamp } from '../../time/stamp.js';
import type { LogFact } from '../fact.js';
import { order } from './span.js';

type Draft = { -readonly [K in keyof LogFact]: LogFact[K] };

/** Silence after which a repeat is a new episode. */
const episodeGap = 15 * 60_000;
/** Facts kept per message in one log; the first and the last ones win. */
const mostPerMessage = 400;

/**
 * Folds repeats: the same message of the same program about the same peer is one fact with a count, a
 * last time and a last line, until it was silent for a quarter of an hour. Messages that carry a
 * revision or index stay single, because the last one counts. A line that a second writer repeats with
 * the same inner time is dropped.
 */
export class LogFold {
  private readonly open = new Map<string, Draft>();
  private readonly byMessage = new Map<string, Draft[]>();
  private readonly dropped = new Map<string, number>();
  private recent: string[] = [];

  add(fact: LogFact): void {
    const inner = fact.innerTime ?? fact.time;
    if (inner !== null && (inner.kind === 'instant' || inner.kind === 'civil') && inner.precisionMs < 1000) {
      const twin = `${fact.messageId} ${order(inner)} ${fact.message}`;
      if (this.recent.includes(twin)) return;
      this.recent.push(twin);
      if (this.recent.length > 64) this.recent = this.recent.slice(32);
    }
    const key = `${fact.messageId ?? ''}|${fact.source}|${fact.host ?? ''}|${fact.unit ?? ''}|${about(fact.fields)}`;
    const progress = Object.keys(fact.fields).some((name) => /revision|index|compact/i.test(name));
    const known = progress ? undefined : this.open.get(key);
    if (known !== undefined && !isNewEpisode(known.lastTime ?? known.time, fact.time)) {
      known.count++;
      known.lastTime = fact.time ?? known.lastTime;
      known.lastLine = fact.at.line ?? known.lastLine;
      return;
    }
    const draft: Draft = { ...fact };
    this.open.set(key, draft);
    const name = `${fact.messageId ?? ''}|${fact.source}|${fact.host ?? ''}`;
    let list = this.byMessage.get(name);
    if (list === undefined) this.byMessage.set(name, (list = []));
    list.push(draft);
    if (list.length > mostPerMessage) {
      const [gone] = list.splice(mostPerMessage / 2, 1);
      this.dropped.set(name, (this.dropped.get(name) ?? 0) + gone!.count);
      const before = list[mostPerMessage / 2 - 1]!;
      before.count += gone!.count;
      before.lastTime = gone!.lastTime ?? gone!.time ?? before.lastTime;
      before.lastLine = gone!.lastLine ?? gone!.at.line ?? before.lastLine;
    }
  }

  *facts(): Generator<LogFact> {
    for (const list of this.byMessage.values()) yield* list;
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
