import { visible } from './html.js';

/** One line of text for a terminal: no escape sequence, no bidi mark, no line end gets through. */
export function terminalText(text: string): string {
  return visible(text.replace(/\r\n?|\n/g, ' ').replace(/\t/g, ' '));
}
