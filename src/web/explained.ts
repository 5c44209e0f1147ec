import { explain, type Explained } from '../diagnosis/explain/index.js';
import { explanationText } from '../diagnosis/explain/text.js';
import type { Language } from '../words/catalogue.js';

/** Pasted lines in plain words, as text and as data. */
export type ExplainedText = Explained & { readonly text: string };

export function explained(text: string, language: Language): ExplainedText {
  const found = explain(text, language);
  return { text: explanationText(found, language), ...found };
}
