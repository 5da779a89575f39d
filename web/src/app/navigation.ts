/** One main page: where it is and the second key of its "g" sequence. */
export interface MainPage {
  label: string;
  path: string;
  key: string;
}

/** The main pages, in the order of the header. */
export const MAIN_PAGES: readonly MainPage[] = [
  { label: "Fleet", path: "/", key: "f" },
  { label: "Hosts", path: "/hosts", key: "h" },
  { label: "Incidents", path: "/incidents", key: "i" },
  { label: "Recommendations", path: "/recommendations", key: "r" },
  { label: "Rollouts", path: "/rollouts", key: "o" },
  { label: "Silences", path: "/silences", key: "s" },
  { label: "Policies", path: "/policies", key: "p" },
  { label: "Audit", path: "/audit", key: "a" },
];

/** Pages that stand below a main page, for the palette. */
export const OTHER_PAGES: readonly Omit<MainPage, "key">[] = [
  { label: "Propose a change", path: "/propose" },
];
