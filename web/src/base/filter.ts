/** A filter box taken apart: key=value tokens and free words. */
export interface ParsedFilter {
  /** The last value of each known key. */
  tokens: Map<string, string>;
  /** The rest, in lower case; a row has to contain each. */
  words: string[];
}

/** Takes a filter apart; key=value counts as a token only for the keys given. */
export function parseFilter(text: string, keys: readonly string[]): ParsedFilter {
  const tokens = new Map<string, string>();
  const words: string[] = [];
  for (const part of text.split(/\s+/)) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(at, 0)).toLowerCase();
    if (at > 0 && keys.includes(key)) {
      if (at < part.length - 1) tokens.set(key, part.slice(at + 1));
    } else {
      words.push(part.toLowerCase());
    }
  }
  return { tokens, words };
}

/** Whether each word stands in the text, whatever its case. */
export function matchesWords(words: readonly string[], text: string): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

/** The filter with key=value in it, or without the key when the value is empty. */
export function withToken(text: string, key: string, value: string): string {
  const rest = text
    .split(/\s+/)
    .filter((part) => part !== "" && !part.toLowerCase().startsWith(`${key}=`));
  return [...rest, ...(value === "" ? [] : [`${key}=${value}`])].join(" ");
}
