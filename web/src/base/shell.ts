/** A word as a POSIX shell needs it: bare where it is safe, in single quotes elsewhere. */
export function shellWord(word: string): string {
  if (/^[A-Za-z0-9_./:=@%+-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
