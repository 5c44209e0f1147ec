import { civil, type Civil } from '../../time/parse.js';

/** How a line of some program or log system begins. */
const begins = String.raw`(?:\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d|\{"|[IWEF]\d{4} \d\d:\d\d:\d\d\.|time="|panic: |fatal error: |goroutine \d+ \[|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |raft\d{4}\/|(?:[\w][\w.-]{0,63} )?[A-Za-z_][\w.@-]{0,40}\[\d{1,7}\]: |go\.etcd\.io\/|github\.com\/(?:coreos|etcd-io)\/)`;

/** Quote marks of mail and Markdown, list bullets, blanks. */
const quoted = new RegExp(String.raw`^(?:\s*[>|*•-]){0,4}\s*(?=${begins})`);
/** ` 12 `, `12:`, `12)` before the line; `file.log:12:` of grep. */
const numbered = new RegExp(String.raw`^\s*(?:\d{1,6}\s*[:|.)]?\s+|(?:\.{0,2}\/)?[\w./-]{1,120}\.(?:log|txt|out)(?:\.\d+)?[:-](?:\d{1,7}[:-])?\s?)(?=${begins})`);
/** `8/2/2016 8:22:40 PM` of a log view in a browser, often without a blank behind it. */
const viewed = new RegExp(String.raw`^\s*(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d\d):(\d\d) ?([AP]M)?\s?(?=${begins})`);
/** What a terminal left of a time: `50:06 `, `y 26 22:00:14 `, before host and program. */
const cutTime = /^(?:(?:[\d:.,T+-]*\d[\d:.,T+-]*|[A-Za-z]{1,3}) +){1,3}(?=[\w][\w.-]{0,63} [A-Za-z_][\w.@-]{0,40}\[\d{1,7}\]: )/;
/** `"message" : "…` of a record whose other fields were left out. */
const field = /^\s*"(?:message|MESSAGE|msg|log|line)"\s*:\s*"(.{8,})$/s;

/** A line without what a person, a page or a terminal put before it. */
export interface Undecorated {
  readonly text: string;
  /** A time that the decoration itself tells. */
  readonly time: Civil | null;
}

/** Takes the decoration off a line that no log system begins like this; null when it has none. */
export function undecorated(line: string): Undecorated | null {
  const head = line.slice(0, 400);
  const view = viewed.exec(head);
  if (view !== null) {
    const hour = Number(view[4]);
    const time = civil({ year: Number(view[3]), month: Number(view[1]), day: Number(view[2]), hour: view[7] === undefined ? hour : (hour % 12) + (view[7] === 'PM' ? 12 : 0), minute: Number(view[5]), second: Number(view[6]) });
    return { text: line.slice(view[0].length), time };
  }
  const taken = numbered.exec(head) ?? quoted.exec(head) ?? cutTime.exec(head);
  if (taken !== null && taken[0] !== '') return { text: line.slice(taken[0].length), time: null };
  const value = field.exec(line)?.[1];
  if (value === undefined) return null;
  const text = value.replace(/"\s*[,}]*\s*$/, '').replace(/\\n$/, '');
  return { text: text.includes('\\"') ? text.replace(/\\"/g, '"').replace(/\\\\/g, '\\') : text, time: null };
}
