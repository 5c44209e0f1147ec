type Params = Readonly<Record<string, string | number>>;

const wholeNumber = /^\d+$/;

/** `1,333`: thousands apart; anything but a whole number stays as it is. */
export function grouped(n: number | string): string {
  const digits = String(n);
  return wholeNumber.test(digits) ? digits.replace(/\B(?=(\d{3})+$)/g, ',') : digits;
}

/**
 * Fills the places of a sentence: `{name}` with the value as it is, `{name,}` with a number whose thousands are
 * apart (for amounts and revisions, never for what one types or finds in a file), `{name|pod|pods}` with the first
 * word for one and the second for any other number. A place without a value stays.
 */
export function fill(pattern: string, params: Params): string {
  return pattern.replace(/\{(\w+)(?:(,)|\|([^|{}]*)\|([^|{}]*))?\}/g, (place, name: string, apart?: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return place;
    if (one !== undefined && many !== undefined) return String(value) === '1' ? one : many;
    return apart === undefined ? String(value) : grouped(value);
  });
}
