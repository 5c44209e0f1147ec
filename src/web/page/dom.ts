/** Attributes and handlers of one element; `class` and `on…` as in HTML. Text is always text, never markup. */
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>>;
export type Child = Node | string | number | null | undefined | false;

function fill(element: Element, props: Props, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(typeof child === 'number' ? String(child) : child);
  }
}

/** A new element. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, props, children);
  return element;
}

/** The SVG element of a drawing that the server made; scripts and handlers cannot run under the page's policy. */
export function drawing(text: string): SVGSVGElement | null {
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  if (parsed.nodeName !== 'svg') return null;
  return document.importNode(parsed, true) as unknown as SVGSVGElement;
}

/** Says something to screen readers without moving the focus. */
export function announce(text: string): void {
  const live = document.getElementById('say');
  if (live !== null) live.textContent = text;
}

/** Replaces everything in an element. */
export function show(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  fill(parent, {}, children);
}
