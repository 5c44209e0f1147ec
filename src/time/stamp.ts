/**
 * A time exactly as an artifact wrote it, before anybody decided what it means. Readers produce
 * stamps; the case resolves them to intervals when zones, years and the time of collection are known.
 */
export type Stamp =
  /** Complete: carries its own offset or is an epoch. `precisionMs` is the width of its last digit. */
  | { readonly kind: 'instant'; readonly ms: number; readonly precisionMs: number }
  /**
   * Wall-clock fields. `year` is null in syslog, klog and journal-short lines. `zone` is whatever
   * stood beside it: an abbreviation (`CST`), `+0800`, an IANA name, or null.
   */
  | {
      readonly kind: 'civil';
      readonly year: number | null;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly second: number;
      readonly millisecond: number;
      readonly precisionMs: number;
      readonly zone: string | null;
    }
  /** "22min ago": elapsed time before the moment of collection, half open `[minMs, maxMs)`. */
  | { readonly kind: 'ago'; readonly minMs: number; readonly maxMs: number }
  /** Seconds since the boot of the host (dmesg without -T). */
  | { readonly kind: 'since-boot'; readonly seconds: number };
