/** One requirement of a label selector. */
interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'not-in' | 'exists' | 'absent';
  readonly values: readonly string[];
}

export type LabelSelector = readonly Requirement[];

const labelKey = '(?:[\\w.-]{1,253}/)?[\\w.-]{1,63}';
const forms: readonly { readonly pattern: RegExp; readonly operator: Requirement['operator'] }[] = [
  { pattern: new RegExp(`^(${labelKey})\\s*={1,2}\\s*([\\w.-]*)$`), operator: 'in' },
  { pattern: new RegExp(`^(${labelKey})\\s*!=\\s*([\\w.-]*)$`), operator: 'not-in' },
  { pattern: new RegExp(`^(${labelKey})\\s+in\\s+\\(([\\w.,\\s-]*)\\)$`), operator: 'in' },
  { pattern: new RegExp(`^(${labelKey})\\s+notin\\s+\\(([\\w.,\\s-]*)\\)$`), operator: 'not-in' },
  { pattern: new RegExp(`^(${labelKey})$`), operator: 'exists' },
  { pattern: new RegExp(`^!\\s*(${labelKey})$`), operator: 'absent' },
];

/** Parses a selector as kubectl takes it (apimachinery labels.Parse); null when it is none. */
export function parseSelector(text: string): LabelSelector | null {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  const requirements: Requirement[] = [];
  for (const part of parts) {
    const form = forms.find(({ pattern }) => pattern.test(part));
    const match = form?.pattern.exec(part);
    if (form === undefined || match == null) return null;
    requirements.push({ key: match[1] ?? '', operator: form.operator, values: (match[2] ?? '').split(',').map((v) => v.trim()) });
  }
  return requirements;
}

/** Whether labels meet every requirement; `!=` and `notin` also hold where the label is missing. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, unknown>>): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? String(labels[key]) : null;
    if (operator === 'exists') return value !== null;
    if (operator === 'absent') return value === null;
    const listed = value !== null && values.includes(value);
    return operator === 'in' ? listed : !listed;
  });
}
