/** Languages that are complete. */
export type Language = 'en' | 'zh-CN';

/** The parts of the program that have words of their own, a file a language each. */
export type Area = 'audit' | 'boot' | 'bytes' | 'causes' | 'cli' | 'events' | 'explain' | 'findings' | 'installations' | 'intake' | 'kubernetes' | 'recommend' | 'recovery' | 'report' | 'web';

/** One area's words: key to sentence with `{name}` places. */
export type Catalogue = Readonly<Record<string, string>>;

/** The same keys in another language; a missing key does not compile. */
export type Translation<T extends Catalogue> = { readonly [K in keyof T]: string };
