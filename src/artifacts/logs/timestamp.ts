import { parseIso } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import type { InnerLine } from './inner.js';
import { peelOuter } from './outer.js';
import type { OuterLine } from './outer.js';
import { parseInner } from './inner.js';

/** A log line with the log system's prefix and the program's words apart. */
export interface LogLine {
  readonly outer: OuterLine;
  readonly inner: InnerLine;
  /** The outer time when there is one, else the program's own. */
  readonly time: Stamp | null;
}

/** Takes one line of any log apart. */
export function parseLogLine(text: string): LogLine {
  const outer = peelOuter(text);
  const inner = parseInner(outer.rest);
  return { outer, inner, time: outer.time ?? inner.time };
}

/** JSON lines carry their time anywhere; all others within their first bytes. */
const anywhere = /^\{"(?:log|__CURSOR|MESSAGE|_|SYSLOG|PRIORITY)/;
const zapTime = /"(?:ts|time|timestamp)":\s?"([^"]{10,40})"/;

/**
 * Reads only the time of a line, from its first 200 characters; the last answer is used again while
 * the first 19 characters stay the same.
 */
export function timeReader(): (head: string, whole: () => string) => Stamp | null {
  let lastPrefix = '';
  let lastTime: Stamp | null = null;
  return (head, whole) => {
    if (head.startsWith('{')) {
      if (anywhere.test(head)) return parseLogLine(whole()).time;
      const ts = zapTime.exec(head)?.[1];
      if (ts !== undefined) return parseIso(ts);
      return parseLogLine(whole()).time;
    }
    const prefix = head.slice(0, 19);
    if (prefix === lastPrefix && lastTime !== null) return lastTime;
    const time = parseLogLine(head).time;
    if (time !== null) {
      lastPrefix = prefix;
      lastTime = time;
    }
    return time;
  };
}
