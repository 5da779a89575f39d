/** The largest page that the server gives. */
export const PAGE_SIZE_MAX = 1000;

/** More pages are not read in one go: 20,000 rows are twice the largest fleet the product is made for. */
const PAGES_MAX = 20;

/** A list read page by page. */
export interface Listed<T> {
  items: T[];
  /** Whether there is more on the server than was read. */
  more: boolean;
  /** Hosts whose part of the list is not current. */
  unreachable: string[];
}

/** One page of any List method. */
export interface Page<T> {
  items: T[];
  nextPageToken: string;
  unreachable?: string[];
}

/** Reads pages until the end, or until there are `pagesMax`; `partial` is told after each. */
export async function readPages<T>(
  read: (pageToken: string) => Promise<Page<T>>,
  partial: (listed: Listed<T>) => void = () => {},
  pagesMax = PAGES_MAX,
): Promise<Listed<T>> {
  const items: T[] = [];
  const unreachable = new Set<string>();
  let token = "";
  for (let count = 0; count < pagesMax; count++) {
    const page = await read(token);
    items.push(...page.items);
    for (const host of page.unreachable ?? []) unreachable.add(host);
    token = page.nextPageToken;
    if (token === "") break;
    partial({ items: [...items], more: true, unreachable: [...unreachable] });
  }
  return { items, more: token !== "", unreachable: [...unreachable] };
}
